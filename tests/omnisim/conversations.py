"""Conversations: the messages of an attendance, and what came with them."""

from struct import unpack

from . import phrases
from .attachments import KINDS, Attachment
from .attendances import EMAIL, Facts, is_share


class Message:
    __slots__ = ("is_received", "time", "text", "attachment")

    @property
    def type(self):
        return KINDS[self.attachment.kind][2] if self.attachment else "text"


def _attachment(facts, number, draw, population):
    """The file that came with a message, or None."""
    if not is_share(draw[0], population["attachment_share"]):
        return None
    usual = population["attachment_kinds"]
    kind = usual[draw[1] % len(usual)]
    if is_share(draw[2], population["hostile_share"]):
        kind = "html"
    return Attachment(facts.call, number, kind)


def _text(facts, message, draw, population):
    if is_share(draw[3], population["hostile_share"]):
        return phrases.HOSTILE[draw[4] % len(phrases.HOSTILE)]
    if message.attachment and draw[4] & 1:
        return ""
    said = phrases.CLIENT if message.is_received else phrases.AGENT
    text = said[draw[4] % len(said)].format(
        contact=facts.contact.split()[0], agent=facts.agent or "Assistente",
        protocol=facts.protocol, service=facts.service)
    return phrases.LETTER % text if facts.medium == EMAIL else text


def messages_of(facts):
    """All messages of one conversation, in the order they were sent."""
    call, population = facts.call, facts.call.org.population
    low, high = population["messages"]
    first = unpack("<32H", call.draws(b"messages"))
    count = low + first[0] % (high - low + 1)
    if facts.answered is None:
        count = min(count, 2)   # the client, and the greeting
    length = facts.ended - facts.start
    result = []
    for number in range(count):
        draw = unpack("<32H", call.draws(b"message-%d" % number))
        one = Message()
        one.is_received = number == 0 or (number > 1 and draw[5] % 5 < 3)
        one.time = facts.start + number * length // count
        # Only people send files: the greeting is written by a machine.
        one.attachment = None if number == 1 else _attachment(
            facts, number, draw, population)
        one.text = _text(facts, one, draw, population)
        result.append(one)
    return result


def find(org, key):
    """The attachment a media path names, or None."""
    of, _, number = key.partition("-")
    call = org.find(of)
    if call is None or not call.is_chat or not number.isdigit():
        return None
    return next((m.attachment for m in messages_of(Facts(call))
                 if m.attachment and m.attachment.key == key), None)
