"""Listings: what the platform says of a number of calls, written once as the
pages it would answer with, so that serving them costs next to nothing."""

from datetime import date, timedelta

from corpus import read_through

PAGE_DOCUMENTS = 1000
ZONE = "America/Sao_Paulo"
ORGANIZATION = '{"id":"org-bench","name":"Bench","timeZone":"%s"}' % ZONE
LOGIN_ANSWER = ('{"user":{"name":"Bench"},"token":"bench-contact",'
                '"empresas":[%s]}' % ORGANIZATION)
TOKEN_ANSWER = '{"token":"bench-reports","organization":%s}' % ORGANIZATION
EMPTY_PAGE = '{"Total":0,"Page":0,"Data":[]}'

_FIRST_DAY = date(2024, 1, 1)
_DAY_SECONDS = 86400
_AGENTS = ("Ana Simões", "João Brandão", "Thaís Corrêa", "Cláudio Sá",
           "Érica Magalhães", "Ítalo Uchôa", "Luíza D'Ávila")
_CLIENTS = ("Beatriz Falcão", "Otávio Leitão", "Inês Guimarães", "Fábio Sá",
            "Débora Nóbrega", "Sebastião Pêgo", "Camila Antunes",
            "Rogério Peçanha", "Mônica Taveira", "Júlio Ribeiro",
            "Zuleica Quintão")
_SERVICES = ("Recepção", "Agendamento", "Cobrança", "Ouvidoria", "Suporte")
_CLOCK = tuple("%02d:%02d:%02d" % (second // 3600, second // 60 % 60,
                                   second % 60)
               for second in range(_DAY_SECONDS))


class Listing:
    """The calls of some days, `count` in all.

    link(index) is the address of call `index`'s recording; None for link
    makes calls that nobody answered, which have none.
    """

    def __init__(self, name, folder, count, per_day, link=None):
        self.name = name
        self.folder = folder
        self.count = count
        self._link = link
        self._sizes = spread(count, per_day)

    @property
    def is_without_links(self):
        return self._link is None

    @property
    def days(self):
        """(day as text, number of its first call, number of its calls)."""
        first = 0
        for number, size in enumerate(self._sizes):
            yield str(_FIRST_DAY + timedelta(days=number)), first, size
            first += size

    @property
    def range(self):
        """The options of callark that ask for all of it."""
        days = [day for day, _, _ in self.days]
        return ("--from", days[0], "--to", days[-1])

    def write(self):
        """Write the pages: one folder a day, one file a page, and beyond.json
        for what stands behind the last."""
        for day, first, size in self.days:
            folder = self.folder / day
            folder.mkdir(parents=True)
            pages = -(-size // PAGE_DOCUMENTS)
            for page in range(pages + 1):
                name = f"{page}.json" if page < pages else "beyond.json"
                (folder / name).write_text(
                    self._page(day, first, size, page), encoding="utf-8")
        return self

    def warm(self):
        for page in self.folder.glob("*/*.json"):
            read_through(page)

    @staticmethod
    def index_of(name):
        """The number of a call by the name of its file in an archive, which
        ends with its id; ValueError when that is none of ours."""
        stem = name.rsplit(".", 1)[0]
        return int(stem[-12:], 16)

    def _page(self, day, first, size, page):
        calls = range(page * PAGE_DOCUMENTS,
                      min(size, (page + 1) * PAGE_DOCUMENTS))
        data = ",".join(self._document(day, first + call,
                                       1 + call * (_DAY_SECONDS - 2) // size)
                        for call in calls)
        return '{"Total":%d,"Page":%d,"Data":[%s]}' % (size, page, data)

    def _document(self, day, index, second):
        """A call that begins in `second` of `day`."""
        end = min(second + 190, _DAY_SECONDS - 1)
        is_answered = self._link is not None
        agent = 2000 + index % len(_AGENTS)
        return (
            '{"_id":"%08x%016x","data_inicio":"%s %s","data_atendida":%s,'
            '"data_fim":"%s %s","cliente":"55119%08d","contato":"%s",'
            '"agente":"%s","agent":"agente.%d@atendimento.example",'
            '"servico":"%s","ramal":"%d","origem":"Inbound",'
            '"protocolo":"%s%s%06d","status":"%s",'
            '"documento":"100.%03d.377-60","tag":"Consulta marcada",%s'
            '"id":"0ca11a4c-be0c-4000-a000-%012x"}' % (
                second, index, day, _CLOCK[second],
                '"%s %s"' % (day, _CLOCK[second]) if is_answered else "null",
                day, _CLOCK[end], index % 100000000,
                _CLIENTS[index % len(_CLIENTS)],
                _AGENTS[index % len(_AGENTS)] if is_answered else "", agent,
                _SERVICES[index % len(_SERVICES)], agent,
                day.replace("-", ""), _CLOCK[second].replace(":", ""), index,
                "Contact" if is_answered else "Abandoned", index % 1000,
                '"download_url":"%s",' % self._link(index)
                if is_answered else "", index))


def spread(count, per_day):
    """The numbers of calls of days with about `per_day` calls, as even as
    can be. None is a multiple of the page: such a day is listed in halves
    too, to see whether its Total was cut off, and real days seldom are."""
    days = max(1, round(count / per_day))
    while True:
        bounds = [count * day // days for day in range(days + 1)]
        sizes = [end - begin for begin, end in zip(bounds, bounds[1:])]
        if all(size % PAGE_DOCUMENTS for size in sizes):
            return sizes
        days += 1
