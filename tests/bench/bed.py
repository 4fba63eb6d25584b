"""What the rows share: corpora, listings and archives, each made when the
first row asks for it and kept for the others."""

from corpus import make_corpus, write_wav
from fetched import check_archive
from listing import Listing
from peers import Job

CALLS_A_DAY = 2500
MANY_A_DAY = 12500
ONE_WAV_BYTES = 2048


class Bed:
    def __init__(self, scale, scratch, server, callark, stopwatch):
        self.scale = scale
        self.scratch = scratch
        self.server = server
        self.callark = callark
        self.stopwatch = stopwatch
        self._made = {}

    def corpus(self, name):
        """The corpus A, B or C."""
        return self._once(("corpus", name), lambda: make_corpus(
            self.server.served / "corpus" / name, name,
            self.scale.corpora[name]))

    def recordings(self, name, scheme):
        """(listing, settings): a corpus as the recordings of some days, the
        API and the recordings both under `scheme`."""
        def link(index):
            return self._address(name, scheme) + names[index]
        names = self.corpus(name).names
        return self._listing(f"{name.lower()}-{scheme}", scheme, len(names),
                             CALLS_A_DAY, link)

    def job(self, name, scheme, concurrency):
        """The same for a peer."""
        corpus, address = self.corpus(name), self._address(name, scheme)
        urls = self.scratch.folder / f"urls-{name}-{scheme}"
        names = self.scratch.folder / f"names-{name}"
        urls.write_text("".join(f"{address}{n}\n" for n in corpus.names))
        names.write_text("".join(f"{n}\n" for n in corpus.names))
        return Job(corpus, address, concurrency, self.server.certificate,
                   urls, names)

    def many_unanswered(self):
        """(listing, settings): very many calls without a recording."""
        return self._listing("unanswered", "http", self.scale.records,
                             MANY_A_DAY, None)

    def many_tiny(self):
        """(listing, settings): as many, each with the same tiny recording
        behind a link of its own."""
        return self._listing(
            "tiny", "http", self.scale.records, MANY_A_DAY,
            lambda index: self.server.address("http", f"one/{index}.wav"))

    def archive_of_many(self):
        """The folder that holds an archive of many_tiny()."""
        def make():
            one = self.server.served / "one.wav"
            digest = write_wav(one, ONE_WAV_BYTES)
            return self._archive("archive-many", self.many_tiny(),
                                 ONE_WAV_BYTES, lambda index: digest)
        return self._once("archive-many", make)

    def archive_of(self, name):
        """The folder that holds an archive of a corpus."""
        corpus = self.corpus(name)
        return self._once(("archive", name), lambda: self._archive(
            f"archive-{name}", self.recordings(name, "http"),
            corpus.shape.size, corpus.digest))

    def _archive(self, folder, recordings, size, digest):
        """An archive made by one durable sync; Failed or Wrong when not."""
        listing, settings = recordings
        out = self.scratch.new(folder)
        self.stopwatch.run(self.callark.sync(settings, listing, out), out)
        check_archive(listing, size, digest, out, False)
        return out

    def _listing(self, name, scheme, count, per_day, link):
        def make():
            listing = Listing(name, self.server.served / "pages" / name,
                              count, per_day, link).write()
            return listing, self.callark.settings(
                name, self.server.base_url(scheme, name))
        return self._once(("listing", name), make)

    def _address(self, name, scheme):
        return self.server.address(scheme, f"corpus/{name}/")

    def _once(self, key, make):
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

