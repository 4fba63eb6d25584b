"""Satisfaction surveys: what a client answered after an attendance."""

from struct import unpack

from .attendances import CHAT, VOICE, WHATSAPP, is_share, uuid_of

# (type, title, highest score, how it is calculated)
QUESTIONS = (
    ("CSAT", "Como você avalia o atendimento recebido?", 5, "average"),
    ("NPS", "De 0 a 10, quanto você recomendaria a clínica a um amigo?", 10,
     "nps"),
    ("CSAT", "Sua solicitação foi resolvida?", 5, "average"),
)
_LEVELS = ("Muito insatisfeito", "Insatisfeito", "Neutro", "Satisfeito",
           "Muito satisfeito")


class Answer:
    """One question asked; score is None when it was not answered."""

    __slots__ = ("number", "type", "title", "calculation", "score", "start",
                 "end", "ident", "question_ident")

    @property
    def is_complete(self):
        return self.score is not None

    @property
    def status(self):
        return "Respondida" if self.is_complete else "Não respondida"

    @property
    def nps_level(self):
        """Promoters say 9 or 10, detractors 6 or less."""
        if self.type != "NPS" or not self.is_complete:
            return None
        if self.score >= 9:
            return "Promotor"
        return "Neutro" if self.score >= 7 else "Detrator"

    @property
    def level(self):
        if self.type == "NPS" or not self.is_complete:
            return None
        return _LEVELS[self.score - 1]


def _answer(draw, number, which, start):
    one = Answer()
    one.number = number
    one.type, one.title, highest, one.calculation = QUESTIONS[which]
    lowest = 0 if one.type == "NPS" else 1
    one.score = lowest + draw[4] % (highest - lowest + 1)
    if draw[5] % 8 == 0:
        one.score = None
    one.start = start
    one.end = start + 3 + draw[6] % 20
    one.question_ident = "5u2e7000000000000000%04d" % which
    return one


def answers_of(facts, is_sure=False):
    """The answers about one attendance, in order; often none.

    They begin on the day of the attendance: one that ends too near midnight
    is not asked about. `is_sure` gives an answer in any case.
    """
    call = facts.call
    if not is_sure and (facts.answered is None or facts.medium not in (
            VOICE, CHAT, WHATSAPP)):
        return []
    raw = call.draws(b"survey")
    draw = unpack("<32H", raw)
    start = facts.ended + 2 + draw[1] % 20
    is_asked = is_share(draw[0], call.org.population["survey_share"])
    if not is_sure and (not is_asked
                        or start + 60 >= call.org.days[call.day].end):
        return []
    result = []
    for number in range(1 + draw[2] % 2):
        one = _answer(draw[number * 3:], number,
                      (draw[3] + number) % len(QUESTIONS), start)
        one.ident = uuid_of(raw[32 + number * 16:48 + number * 16])
        start = one.end + 1
        result.append(one)
    return result
