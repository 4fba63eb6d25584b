"""Fictitious people, services and numbers. Nobody here exists."""

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
AREAS = ("11", "12", "19", "21", "27", "31", "41", "47", "51", "61", "62",
         "67", "71", "81", "85", "91", "92", "98")


def _check_digit(digits, weights):
    rest = sum(d * w for d, w in zip(digits, weights)) % 11
    return 0 if rest < 2 else 11 - rest


_W1 = tuple(range(10, 1, -1))
_W2 = tuple(range(11, 1, -1))


def _make_cpf(number):
    digits = [int(c) for c in "%09d" % (number % 1000000000)]
    digits.append(_check_digit(digits, _W1))
    digits.append(_check_digit(digits, _W2))
    return "%d%d%d.%d%d%d.%d%d%d-%d%d" % tuple(digits)


# Clients call again, so a few thousand documents serve a whole day.
CPFS = tuple(_make_cpf(100003 + n * 243737) for n in range(4096))


def is_cpf(text):
    """Says whether the check digits of a CPF are right."""
    digits = [int(c) for c in text if c.isdigit()]
    return (len(digits) == 11
            and digits[9] == _check_digit(digits[:9], _W1)
            and digits[10] == _check_digit(digits[:10], _W2))
