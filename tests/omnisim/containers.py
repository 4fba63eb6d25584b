"""The containers that need more than a header: Ogg, MP4, WebM, FLAC."""

import zlib
from struct import pack

_MIRROR = bytes(int("{:08b}".format(n)[::-1], 2) for n in range(256))


def _ogg_crc(data):
    """Ogg's CRC is zlib's seen in a mirror: same polynomial, bits reversed."""
    crc = zlib.crc32(data.translate(_MIRROR), 0xffffffff) ^ 0xffffffff
    return int("{:032b}".format(crc)[::-1], 2)


def _ogg_page(packets, number, granule, flags):
    lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255])
                      for p in packets)
    page = bytearray(b"OggS\0" + pack("<BqIII", flags, granule, 0x51ca11,
                                      number, 0))
    page += bytes([len(lacing)]) + lacing + b"".join(packets)
    page[22:26] = pack("<I", _ogg_crc(bytes(page)))
    return bytes(page)


def _ogg(headers, packets, granules):
    """A first page with the first header, one page with the others, data."""
    pages = [_ogg_page(headers[:1], 0, 0, 2), _ogg_page(headers[1:], 1, 0, 0)]
    for at in range(0, len(packets), 50):
        some = packets[at:at + 50]
        last = 4 if at + 50 >= len(packets) else 0
        pages.append(_ogg_page(some, len(pages), granules(at + len(some)),
                               last))
    return b"".join(pages)


def ogg_opus(noise, size):
    head = b"OpusHead" + pack("<BBHIhB", 1, 1, 312, 8000, 0, 0)
    tags = b"OpusTags" + pack("<I", 7) + b"omnisim" + pack("<I", 0)
    count = max(1, (size - 150) // 122)
    body = noise.take(count * 120)
    # 0x08: SILK narrow-band, 20 ms, mono, one frame in the packet.
    packets = [b"\x08" + body[at:at + 120]
               for at in range(0, len(body), 120)]
    return _ogg([head, tags], packets, lambda done: 312 + done * 960)


def _bits(*fields):
    """Packs (value, width) pairs, least significant bit first, as Vorbis."""
    total = at = 0
    for value, width in fields:
        total |= value << at
        at += width
    return total.to_bytes((at + 7) // 8, "little")


def _vorbis_setup():
    """The smallest set-up header: one book, floor, residue, map and mode."""
    book = [(0, 8), (0x564342, 24), (1, 16), (2, 24), (0, 1), (0, 1),
            (0, 5), (0, 5), (0, 4)]
    time = [(0, 6), (0, 16)]
    floor = [(0, 6), (1, 16), (0, 5), (0, 2), (4, 4)]
    residue = [(0, 6), (0, 16), (0, 24), (0, 24), (0, 24), (0, 6), (0, 8),
               (0, 3), (0, 1)]
    mapping = [(0, 6), (0, 16), (0, 1), (0, 1), (0, 2), (0, 8), (0, 8),
               (0, 8)]
    mode = [(0, 6), (0, 1), (0, 16), (0, 16), (0, 8)]
    return b"\x05vorbis" + _bits(*book, *time, *floor, *residue, *mapping,
                                 *mode, (1, 1))


def ogg_vorbis(noise, size):
    head = b"\x01vorbis" + pack("<IBIiiiBB", 0, 1, 8000, 0, 0, 0, 0x88, 1)
    note = (b"\x03vorbis" + pack("<I", 7) + b"omnisim" + pack("<I", 0)
            + b"\x01")
    count = max(1, (size - 180) // 122)
    body = noise.take(count * 120)
    # A zero byte: audio packet, mode 0, floor unused, so silence; what
    # follows it in the packet is not looked at.
    packets = [b"\0" + body[at:at + 120] for at in range(0, len(body), 120)]
    return _ogg([head, note, _vorbis_setup()], packets,
                lambda done: max(0, done - 1) * 128)


def _box(name, *parts):
    body = b"".join(parts)
    return pack(">I", 8 + len(body)) + name + body


def _full(name, *parts):
    return _box(name, bytes(4), *parts)


_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _esds():
    config = b"\x05\x02\x15\x88"  # AAC LC, 8000 Hz, mono
    decoder = b"\x04" + bytes([13 + len(config)]) + b"\x40\x15" + bytes(11)
    inner = bytes(2) + b"\0" + decoder + config + b"\x06\x01\x02"
    return _full(b"esds", b"\x03" + bytes([len(inner)]), inner)


def _moov(count, sample, offset):
    length = count * 1024
    entry = _box(b"mp4a", bytes(6), pack(">H", 1), bytes(8),
                 pack(">HHHHI", 1, 16, 0, 0, 8000 << 16), _esds())
    table = _box(
        b"stbl", _full(b"stsd", pack(">I", 1), entry),
        _full(b"stts", pack(">III", 1, count, 1024)),
        _full(b"stsc", pack(">IIII", 1, 1, count, 1)),
        _full(b"stsz", pack(">II", sample, count)),
        _full(b"stco", pack(">II", 1, offset)))
    link = _box(b"dinf", _full(b"dref", pack(">I", 1),
                               _box(b"url ", pack(">I", 1))))
    media = _box(
        b"mdia", _full(b"mdhd", pack(">IIIIHH", 0, 0, 8000, length, 0x55c4,
                                     0)),
        _full(b"hdlr", bytes(4), b"soun", bytes(12), b"omnisim\0"),
        _box(b"minf", _full(b"smhd", bytes(4)), link, table))
    track = _box(
        b"trak", _box(b"tkhd", pack(">I", 7), pack(
            ">IIIII", 0, 0, 1, 0, length), bytes(8),
            pack(">HHHH", 0, 0, 0x100, 0), _MATRIX, bytes(8)), media)
    head = _full(b"mvhd", pack(">IIIIIH", 0, 0, 8000, length, 0x10000, 0x100),
                 bytes(10), _MATRIX, bytes(24), pack(">I", 2))
    return _box(b"moov", head, track)


def video(brand, noise, size):
    """A video without sound, by its boxes only."""
    kind = _box(b"ftyp", brand + b"\0\0\2\0" + brand + b"mp42")
    media = _box(b"mdia", _full(b"mdhd", pack(">IIIIHH", 0, 0, 25, 25, 0x55c4,
                                              0)),
                 _full(b"hdlr", bytes(4), b"vide", bytes(12), b"omnisim\0"))
    head = _full(b"mvhd", pack(">IIIIIH", 0, 0, 1000, 1000, 0x10000, 0x100),
                 bytes(10), _MATRIX, bytes(24), pack(">I", 2))
    moov = _box(b"moov", head, _box(b"trak", media))
    return kind + moov + _box(b"mdat", noise.take(
        max(8, size - len(kind) - len(moov) - 8)))


_M4A_KIND = _box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom")
_M4A_SAMPLE = 256
M4A_EMPTY = len(_M4A_KIND) + len(_moov(1, _M4A_SAMPLE, 0)) + 8


def m4a(noise, size):
    kind, sample, empty = _M4A_KIND, _M4A_SAMPLE, M4A_EMPTY
    count = max(1, (size - empty) // sample)
    body = noise.take(count * (sample - 6))
    # A silent AAC frame that ends itself; decoders leave the rest alone.
    silent = b"\x00\xc8\x00\x80\x23\x80"
    data = b"".join(silent + body[at:at + 250]
                    for at in range(0, len(body), 250))
    return kind + _moov(count, sample, empty) + _box(b"mdat", data)


def _element(ident, body):
    """One EBML element with an eight-byte length."""
    return ident + pack(">Q", len(body) | 1 << 56) + body


def webm(noise, size):
    head = _element(b"\x1a\x45\xdf\xa3", b"".join((
        _element(b"\x42\x86", b"\1"), _element(b"\x42\xf7", b"\1"),
        _element(b"\x42\xf2", b"\4"), _element(b"\x42\xf3", b"\x08"),
        _element(b"\x42\x82", b"webm"), _element(b"\x42\x87", b"\4"),
        _element(b"\x42\x85", b"\2"))))
    info = _element(b"\x15\x49\xa9\x66", b"".join((
        _element(b"\x2a\xd7\xb1", pack(">I", 1000000)),
        _element(b"\x4d\x80", b"omnisim"),
        _element(b"\x57\x41", b"omnisim"))))
    sound = _element(b"\xe1", _element(b"\xb5", pack(">d", 48000.0))
                     + _element(b"\x9f", b"\1"))
    private = b"OpusHead" + pack("<BBHIhB", 1, 1, 312, 8000, 0, 0)
    tracks = _element(b"\x16\x54\xae\x6b", _element(b"\xae", b"".join((
        _element(b"\xd7", b"\1"), _element(b"\x73\xc5", b"\1"),
        _element(b"\x83", b"\2"), _element(b"\x86", b"A_OPUS"),
        _element(b"\x63\xa2", private), sound))))
    count = max(1, (size - 350) // 134)
    body = noise.take(count * 120)
    clusters = []
    for first in range(0, count, 1000):
        blocks = [_element(b"\xe7", pack(">I", first * 20))]
        for n in range(first, min(first + 1000, count)):
            blocks.append(_element(b"\xa3", b"\x81" + pack(
                ">hB", (n - first) * 20, 0x80) + b"\x08"
                + body[n * 120:n * 120 + 120]))
        clusters.append(_element(b"\x1f\x43\xb6\x75", b"".join(blocks)))
    return head + _element(b"\x18\x53\x80\x67",
                           info + tracks + b"".join(clusters))


def _crc(data, width, polynomial):
    """A plain most-significant-bit-first CRC, start value 0."""
    top, mask, value = 1 << width - 1, (1 << width) - 1, 0
    table = []
    for n in range(256):
        entry = n << width - 8
        for _ in range(8):
            entry = entry << 1 ^ (polynomial if entry & top else 0)
        table.append(entry & mask)
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> width - 8 ^ byte]
    return value


def _flac_block(kind, last, body):
    return bytes([kind | (0x80 if last else 0)]) + pack(
        ">I", len(body))[1:] + body


def flac(noise, size):
    """Verbatim frames; beyond 16 KiB an application block holds the rest."""
    frame_bytes = 4096
    frames = max(1, min(size, 16384) // (frame_bytes + 16))
    bulk = size - 42 - 8 - frames * (frame_bytes + 9)
    data = noise.take(max(0, bulk))
    samples = frame_bytes // 2
    rate = 8000 << 44 | 0 << 41 | 15 << 36 | frames * samples
    stream = pack(">HH", samples, samples) + bytes(6) + pack(">Q", rate)
    parts = [b"fLaC", _flac_block(0, False, stream + bytes(16))]
    for at in range(0, len(data), 1 << 23):
        parts.append(_flac_block(2, False, b"osim" + data[at:at + (1 << 23)]))
    parts.append(_flac_block(1, True, b""))
    for number in range(frames):
        # Fixed size 2048 samples (code 11), 8 kHz (code 4), mono, 16 bit.
        head = bytes([0xff, 0xf8, 0xb4, 0x08, number])
        head += bytes([_crc(head, 8, 0x07)])
        frame = head + b"\x02" + noise.take(frame_bytes)
        parts.append(frame + pack(">H", _crc(frame, 16, 0x8005)))
    return b"".join(parts)
