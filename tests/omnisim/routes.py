"""The report routes, one row each: which documents, and what they say.

A further report route is one more row of ROUTES. Names of fields are the
vendor's; a scenario spells them anew by dialect.fields.
"""

import json

from . import rolls
from .attendances import LINK, VOICE, Clocks, Facts, number_of
from .audio_links import AudioLinks
from .conversations import messages_of
from .people import AGENTS
from .planted import (ACTIVITY, AUDIO, HISTORY, MESSAGES, SURVEYS,
                      VOICE_LOG)
from .rolls import agent_ident
from .surveys import answers_of


def _direction(facts):
    return "Inbound" if facts.is_inbound else "Outbound"


def _first_response(facts, clock):
    """Some seconds after the answer, never after the end."""
    if facts.answered is None:
        return None
    delay = facts.call.draw[31] % 30 if facts.call.is_chat else 0
    return clock.value(min(facts.answered + delay, facts.ended))


def _comments(facts):
    return ("Cliente pediu retorno; ver protocolo %s." % facts.protocol
            if facts.call.draw[30] % 6 == 0 else "")


def _history(item, clock):
    facts = Facts(item.attendance)
    return {
        "agente": facts.agent, "agent": facts.mail, "cliente": facts.client,
        "contato": facts.contact,
        "data_inicio": clock.value(facts.start),
        "data_atendida": clock.maybe(facts.answered),
        "data_fim": clock.value(facts.ended),
        "data_primeira_resposta": _first_response(facts, clock),
        "midia": facts.medium, "portfolio": item.attendance.draw[29] % 5 == 0,
        "protocolo": facts.protocol, "ramal": facts.extension,
        "serviço": facts.service, "documento_cliente": facts.document,
        "status": facts.status, "tag": facts.tag,
        "recebida": facts.is_inbound,
        "comentarios_internos": _comments(facts), "id": item.ident,
    }


def _voice_answers(facts, clock):
    return [{"questão": one.title, "score": one.score, "status": one.status,
             "data_encerramento": clock.maybe(
                 one.end if one.is_complete else None), "id": one.ident}
            for one in answers_of(facts)]


def _channels(facts, clock):
    """What the telephone exchange knew of the two ends of a call."""
    call = facts.call
    trunk = "PJSIP/tronco-%s-%s" % (facts.client[2:4], call.draw[:4].hex())
    desk = "PJSIP/%s-%s" % (facts.extension, call.draw[4:8].hex())
    answered = facts.answered is not None
    return {
        "ipbx_external_endpoint": "tronco-" + facts.client[2:4],
        "ipbx_dialed_string": facts.extension if facts.is_inbound
        else "0" + facts.client[2:],
        "ipbx_external_callerid": "+" + facts.client,
        "ipbx_external_channel_id": "%d.%d" % (call.start, call.index * 2),
        "ipbx_external_channel_desc": trunk,
        "ipbx_external_channel_creationtime": clock.value(facts.start),
        "ipbx_internal_channel_creationtime": clock.maybe(facts.answered),
        "service_flow_type_did": "5511300%05d" % (call.draw[28] % 8),
        "ipbx_internal_channel_desc": desk if answered else None,
        "ipbx_internal_channel_id": "%d.%d" % (
            call.start, call.index * 2 + 1) if answered else None,
    }


def _voice_log(item, clock):
    facts = Facts(item.attendance)
    way = _direction(facts)
    client, desk = "+" + facts.client, facts.extension
    return {
        "data_inicio": clock.value(facts.start),
        "data_atendida": clock.maybe(facts.answered),
        "data_primeira_resposta": _first_response(facts, clock),
        "data_fim": clock.value(facts.ended), "serviço": facts.service,
        "agente": facts.agent, "agent": facts.mail, "ramal": desk,
        "contato": facts.contact, "status": facts.status,
        "portfolio": item.attendance.draw[29] % 5 == 0, "tipo": way,
        "integração": None, "src_voice_log": client
        if facts.is_inbound else desk,
        "from_voice_log": facts.contact if facts.is_inbound
        else facts.agent, "type_voice_log": way.lower(),
        "voice_internal_status": "ANSWER" if facts.answered else "NOANSWER",
        **_channels(facts, clock),
        "feature_request_type": None, "transfer_result": None,
        "protocolo": facts.protocol,
        "comentarios_internos": _comments(facts),
        "respostas_pesquisas": _voice_answers(facts, clock),
        "id": item.ident,
    }


def _activity(item, clock):
    event = item.part
    name, mail = AGENTS[event.agent]
    return {"agent_id": agent_ident(event.agent), "agente": name,
            "agent": mail, "evento": event.name,
            "data_inicio": clock.value(event.start),
            "data_fim": clock.value(event.end), "id": item.ident}


def _survey(item, clock):
    one, facts = item.part, Facts(item.attendance)
    return {
        "data_inicio": clock.value(one.start),
        "data_fim": clock.value(one.end),
        "data_completado": clock.maybe(one.end if one.is_complete else None),
        "media_type": facts.medium,
        "voice_type": _direction(facts) if facts.medium == VOICE else None,
        "research_type": one.type, "question_id": one.question_ident,
        "score": one.score, "completed": "yes" if one.is_complete else "no",
        "satisfaction_nps_level": one.nps_level,
        "calculation_type": one.calculation,
        "satisfaction_level": one.level, "status": one.status,
        "protocolo": facts.protocol, "questão": one.title,
        "agente": facts.agent, "agent": facts.mail,
        "contato": facts.contact, "id": item.ident,
    }


def _messages(item, clock):
    facts = Facts(item.attendance)
    return {
        "data_inicio": clock.value(facts.start),
        "data_atendida": clock.maybe(facts.answered),
        "data_fim": clock.value(facts.ended), "contato": facts.contact,
        "agente": facts.agent, "agent": facts.mail,
        "servico": facts.service, "media_type": facts.medium,
        "protocolo": facts.protocol,
        "mensagens": [{
            "recebida": one.is_received, "send_time": clock.value(one.time),
            "message": one.text, "media": LINK + one.attachment.path
            if one.attachment else None, "message_type": one.type,
        } for one in messages_of(facts)],
        "id": item.ident,
    }


def _respelt(value, names):
    """The value with its fields called as the scenario calls them."""
    if isinstance(value, dict):
        return {names.get(k, k): _respelt(v, names)
                for k, v in value.items()}
    if isinstance(value, list):
        return [_respelt(v, names) for v in value]
    return value


class Plain:
    """Writes the documents of a route from a function of its fields."""

    def __init__(self, scenario, fields):
        self.fields = fields
        self.names = scenario["dialect"]["fields"]
        self.identity = scenario["dialect"]["identity"]
        self._clocks = Clocks(scenario["time_format"])

    def text(self, org, day, item):
        """The document as JSON text; links stand behind LINK."""
        value = self.fields(item, self._clocks.of(org))
        ident = value.pop("id")
        if self.identity == "numeric":
            value["id"] = number_of(day, item.index)
        elif self.identity != "neither":
            value["_id" if self.identity == "_id" else "id"] = ident
        if self.names:
            value = _respelt(value, self.names)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Name: the roll of a day, the item at a place of it, what writes the item
# (a function of its fields, or a class of its own), the field with the
# number of pages.
ROUTES = {
    HISTORY: (rolls.all_attendances, rolls.attendance_item, _history, None),
    VOICE_LOG: (rolls.calls, rolls.call_item, _voice_log, None),
    AUDIO: (rolls.calls, rolls.link_item, AudioLinks, None),
    ACTIVITY: (rolls.activities, rolls.activity_item, _activity, None),
    SURVEYS: (rolls.survey_answers, rolls.survey_item, _survey, None),
    MESSAGES: (rolls.conversations, rolls.conversation_item, _messages,
               "Pages"),
}


class Route:
    """One row of ROUTES at work under one scenario."""

    def __init__(self, name, scenario):
        self.name = name
        self._roll, self.item, writer, _ = ROUTES[name]
        self._days = {}
        self.writer = writer(scenario) if isinstance(
            writer, type) else Plain(scenario, writer)

    def days(self, org):
        """The days of an organisation, as this route fills them."""
        if org.number not in self._days:
            self._days[org.number] = {
                text: self._roll(org, day)
                for text, day in org.days.items()}
        return self._days[org.number]
