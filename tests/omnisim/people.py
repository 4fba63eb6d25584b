"""Fictitious people, services and numbers. Nobody here exists."""

import unicodedata

FIRST = (
    "Ana", "João", "Márcia", "Antônio", "Conceição", "Sebastião", "Luíza",
    "Érica", "Patrícia", "Cláudio", "Inês", "Fábio", "Letícia", "Ângelo",
    "Thaís", "Vinícius", "Beatriz", "Otávio", "Rogério", "Zuleica",
    "Ítalo", "Mônica", "Débora", "Júlio", "Camila", "Estêvão",
)
LAST = (
    "da Silva", "Gonçalves", "de Araújo", "Conceição", "Magalhães", "Brandão",
    "D'Ávila", "Simões", "Guimarães", "Falcão", "Assunção", "Pêgo",
    "dos Santos", "Corrêa", "Leitão", "Antunes", "Sá", "Müller", "Nóbrega",
    "Peçanha", "Quintão", "Ribeiro", "Taveira", "Uchôa", "Valério",
)
AGENTS = tuple(
    (name, mail + "@atendimento.example")
    for name, mail in (
        ("Márcia Simões", "marcia.simoes"), ("João Brandão", "joao.brandao"),
        ("Thaís Corrêa", "thais.correa"), ("Cláudio Sá", "claudio.sa"),
        ("Érica Magalhães", "erica.magalhaes"), ("Ítalo Uchôa", "italo.uchoa"),
        ("Luíza D'Ávila", "luiza.davila"), ("Fábio Peçanha", "fabio.pecanha"),
        ("Débora Nóbrega", "debora.nobrega"), ("Otávio Leitão", "o.leitao"),
        ("Inês Falcão", "ines.falcao"), ("Sebastião Pêgo", "s.pego"),
    )
)
SERVICES = (
    "Recepção", "Agendamento", "Cobrança", "Retenção", "Ouvidoria",
    "Suporte Técnico", "Pós-venda", "Emergência 24h",
)
TAGS = (
    "Consulta marcada", "Reclamação", "2ª via de boleto", "Ligação caiu",
    "Informação prestada", "Cancelamento", "Orçamento", "Não é o cliente",
    "Transferência / Exames", "",
)
MISSED = (
    "Abandoned", "Not Answered", "Busy", "Failed", "Abandoned in queue",
)
PAUSES = (
    "Pause", "Almoço", "Café", "Banheiro", "Treinamento",
    "Ginástica laboral", "Reunião / Feedback",
)
AREAS = ("11", "12", "19", "21", "27", "31", "41", "47", "51", "61", "62",
         "67", "71", "81", "85", "91", "92", "98")


MAIL_HOSTS = ("correio.example", "empresa.example", "mail.test")


def mail_of(name, number):
    """An address of somebody; no such host can exist (RFC 2606)."""
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore")
    parts = plain.decode().lower().replace("'", "").split()
    return "%s.%s%d@%s" % (parts[0], parts[-1], number,
                           MAIL_HOSTS[number % len(MAIL_HOSTS)])


# -- CPF and CNPJ --------------------------------------------------------------
# Nobody's: their check digits are right, but a CPF begins with 999.9, a
# numeric CNPJ with 99.999 and an alphanumeric one with SI.M, which holds an I,
# a letter that is not to be issued.

def _check_digit(values, weights):
    rest = sum(v * w for v, w in zip(values, weights)) % 11
    return 0 if rest < 2 else 11 - rest


_CPF_1 = tuple(range(10, 1, -1))
_CPF_2 = tuple(range(11, 1, -1))
_CNPJ_1 = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_CNPJ_2 = (6, *_CNPJ_1)
_LETTERS = "0123456789ABCDEGHJKLMNPRSTVWXYZ"


def _values(text):
    """What each sign counts: its ASCII code less that of 0."""
    return [ord(c) - 48 for c in text]


def _with_digits(text, first, second):
    """The text and its two check digits."""
    for weights in (first, second):
        text += "%d" % _check_digit(_values(text), weights)
    return text


def _make_cpf(number):
    text = _with_digits("9999%05d" % (number % 100000), _CPF_1, _CPF_2)
    return "%s.%s.%s-%s" % (text[:3], text[3:6], text[6:9], text[9:])


def _make_cnpj(root, branch):
    text = _with_digits("%s%04d" % (root, branch), _CNPJ_1, _CNPJ_2)
    return "%s.%s.%s/%s-%s" % (text[:2], text[2:5], text[5:8], text[8:12],
                               text[12:])


def _letters_root(number):
    root, base = "", len(_LETTERS)
    for _ in range(5):
        number, rest = divmod(number, base)
        root += _LETTERS[rest]
    return "SIM" + root


# Clients call again, so a few thousand papers serve a whole day.
CPFS = tuple(_make_cpf(3 + n * 23) for n in range(4096))
CNPJS = tuple(_make_cnpj("99999%03d" % n, 1) for n in range(1000))
LETTER_CNPJS = tuple(_make_cnpj(_letters_root(n * 28151 + 7), 1 + n % 3)
                     for n in range(1000))


class Papers:
    """Where the CPF or CNPJ of a client is drawn from."""

    def __init__(self, cnpj_share, has_letters):
        self.bound = cnpj_share * 65536
        self.cnpjs = CNPJS + LETTER_CNPJS if has_letters else CNPJS

    def draw(self, number, kind):
        """Two draws of 16 bits: which one, and of which kind."""
        papers = self.cnpjs if kind < self.bound else CPFS
        return papers[number % len(papers)]


def _is_right(text, length, first, second):
    plain = "".join(c for c in text if c.isalnum())
    return (len(plain) == length and plain[-2:].isdigit()
            and plain == _with_digits(plain[:-2], first, second))


def is_cpf(text):
    """Says whether the check digits of a CPF are right."""
    return _is_right(text, 11, _CPF_1, _CPF_2)


def is_cnpj(text):
    """Says whether the check digits of a CNPJ, numeric or not, are right."""
    return _is_right(text, 14, _CNPJ_1, _CNPJ_2)
