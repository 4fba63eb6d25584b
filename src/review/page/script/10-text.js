/*
 * The page of `callark review`.
 *
 * Plain script, no framework: the build joins the files of this folder in the
 * order of their names into review.js. Whatever comes from the platform is put
 * in as text; nothing here parses markup.
 */
"use strict";

const texts = {
  en: {
    skip: "Skip to the call", evaluator: "Evaluator", calls: "Calls",
    exportJson: "Export JSON", exportCsv: "Export CSV", import: "Import",
    help: "Keys and help", search: "Search agent, protocol, tag…",
    filters: "Filters", sort: "Sort", loading: "Loading…",
    player: "Player", position: "Position", play: "Play", pause: "Pause",
    back10: "Back 10 seconds", forward10: "Forward 10 seconds",
    speed: "Speed", channels: "Channels", both: "Both", left: "Left",
    right: "Right", loop: "Loop", loopFrom: "Loop from here",
    loopTo: "Loop to here", loopOff: "No loop", zoom: "Zoom",
    zoomIn: "Zoom in", zoomOut: "Zoom out", level: "Level volume",
    volume: "Volume", scorecard: "Scorecard", notes: "Notes",
    note: "Note on the call", notePlaceholder: "What should be remembered of this call?",
    marks: "Marks", addMark: "Add mark", details: "Details",
    related: "Same protocol", keys: "Keys", close: "Close",
    progress: "Calls scored", scoredOf: "{n} of {all} scored",
    countAll: "{all} calls", countSome: "{n} of {all} calls",
    noMatch: "No call matches. Clear the search or the filters.",
    any: "Any", agent: "Agent", service: "Service", tag: "Tag",
    direction: "Direction", from: "From", to: "To", shortest: "At least (s)",
    longest: "At most (s)", state: "State", scored: "Scored",
    unscored: "Not scored", begun: "Begun", sound: "Sound",
    fine: "Nothing wrong", silent: "Silent", one_sided: "One-sided",
    clipped: "Too loud", unplayable: "Cannot be played",
    clear: "Clear filters", evaluatorOf: "Given to", calibration: "Calibration",
    sortTime: "By time", sortTimeDown: "Latest first", sortGiven: "As drawn",
    sortDuration: "Longest first", sortDurationUp: "Shortest first",
    sortAgent: "By agent", sortScore: "Lowest score first",
    client: "Client", contact: "Contact", document: "CPF/CNPJ",
    protocol: "Protocol", status: "Status", origin: "Direction",
    extension: "Extension", email: "E-mail", start: "Start",
    answered: "Answered", end: "End", duration: "Talk", audioLength: "Recording",
    codec: "Codec", loudness: "Loudness", silence: "Silence",
    path: "File in the archive", sha256: "SHA-256 of the original",
    converted: "Converted to WAV for browsers; the hash is that of the original.",
    noWave: "No waveform: {why}", cannotPlay: "Cannot be played: {why}",
    oddSound: "Odd: {why}", refused: "the browser refuses it ({why})",
    notLoaded: "its file did not load", messages: "Messages", surveys: "Survey",
    clientSaid: "Client", agentSaid: "Agent", hiddenText: "text hidden ({type})",
    unanswered: "not answered",
    yes: "Yes", no: "No", na: "n/a", fatal: "fatal", noForm: "This review has no form. Notes and marks are kept all the same.",
    scoreNone: "–", fatalFailed: "Failed: {question}", done: "Done, next call",
    clearAnswers: "Clear answers", points: "{score} %",
    markAt: "Mark at {at}", markText: "Note on the mark at {at}", remove: "Remove",
    removeMark: "Remove the mark at {at}",
    masked: "clients masked", madeAt: "made {when}", sampleOf: "draw {draw}",
    leftLane: "Left", rightLane: "Right",
    blocked: "This browser keeps nothing for this page: scores are lost when it is closed. Export them.",
    full: "This browser has no room left for scores. Export them now.",
    noData: "data.js is missing or damaged: copy the whole folder again, or make it again with callark review.",
    imported: "{n} calls imported", importedOther: "{n} calls imported, {other} are not in this review",
    notImported: "Nothing imported: {why}", wrongFile: "this is no export of callark review",
    exported: "Exported {n} calls", nothingToExport: "Nothing is scored yet.",
    nameFirst: "Please enter your name first.",
    opened: "{agent}, {start}, {length}", language: "Português",
    scoredAs: "Scored {score}", switchedTo: "{what}",
    k_space: "play or pause", k_arrows: "5 seconds back or forward",
    k_shift: "1 second back or forward", k_updown: "previous or next call",
    k_digits: "answer the question that is marked", k_tab: "next question",
    k_n: "write a note", k_m: "set a mark here", k_ab: "loop from here, to here",
    k_l: "no loop", k_speed: "slower or faster", k_zoom: "zoom out or in",
    k_s: "both channels, left, right", k_slash: "search", k_help: "this help",
    k_esc: "leave a field", k_mouse: "Drag", k_drag: "seek; with Shift: loop a stretch",
  },
  pt: {
    skip: "Ir para a chamada", evaluator: "Avaliador", calls: "Chamadas",
    exportJson: "Exportar JSON", exportCsv: "Exportar CSV", import: "Importar",
    help: "Teclas e ajuda", search: "Buscar agente, protocolo, tag…",
    filters: "Filtros", sort: "Ordenar", loading: "Carregando…",
    player: "Reprodutor", position: "Posição", play: "Reproduzir", pause: "Pausar",
    back10: "Voltar 10 segundos", forward10: "Avançar 10 segundos",
    speed: "Velocidade", channels: "Canais", both: "Ambos", left: "Esquerdo",
    right: "Direito", loop: "Repetição", loopFrom: "Repetir a partir daqui",
    loopTo: "Repetir até aqui", loopOff: "Sem repetição", zoom: "Zoom",
    zoomIn: "Aproximar", zoomOut: "Afastar", level: "Nivelar volume",
    volume: "Volume", scorecard: "Avaliação", notes: "Anotações",
    note: "Anotação sobre a chamada", notePlaceholder: "O que deve ser lembrado desta chamada?",
    marks: "Marcas", addMark: "Marcar", details: "Detalhes",
    related: "Mesmo protocolo", keys: "Teclas", close: "Fechar",
    progress: "Chamadas avaliadas", scoredOf: "{n} de {all} avaliadas",
    countAll: "{all} chamadas", countSome: "{n} de {all} chamadas",
    noMatch: "Nenhuma chamada corresponde. Limpe a busca ou os filtros.",
    any: "Todos", agent: "Agente", service: "Serviço", tag: "Tag",
    direction: "Direção", from: "De", to: "Até", shortest: "No mínimo (s)",
    longest: "No máximo (s)", state: "Situação", scored: "Avaliadas",
    unscored: "Não avaliadas", begun: "Começadas", sound: "Som",
    fine: "Sem problemas", silent: "Silenciosa", one_sided: "Só um lado",
    clipped: "Alta demais", unplayable: "Não pode ser reproduzida",
    clear: "Limpar filtros", evaluatorOf: "Atribuída a", calibration: "Calibração",
    sortTime: "Por hora", sortTimeDown: "Mais recentes", sortGiven: "Na ordem do sorteio",
    sortDuration: "Mais longas", sortDurationUp: "Mais curtas",
    sortAgent: "Por agente", sortScore: "Menor nota primeiro",
    client: "Cliente", contact: "Contato", document: "CPF/CNPJ",
    protocol: "Protocolo", status: "Status", origin: "Direção",
    extension: "Ramal", email: "E-mail", start: "Início",
    answered: "Atendida", end: "Fim", duration: "Conversa", audioLength: "Gravação",
    codec: "Codec", loudness: "Intensidade", silence: "Silêncio",
    path: "Arquivo no acervo", sha256: "SHA-256 do original",
    converted: "Convertida em WAV para navegadores; o hash é o do original.",
    noWave: "Sem forma de onda: {why}", cannotPlay: "Não pode ser reproduzida: {why}",
    oddSound: "Estranho: {why}", refused: "o navegador a recusa ({why})",
    notLoaded: "o arquivo não foi carregado", messages: "Mensagens", surveys: "Pesquisa",
    clientSaid: "Cliente", agentSaid: "Agente", hiddenText: "texto oculto ({type})",
    unanswered: "não respondida",
    yes: "Sim", no: "Não", na: "n/a", fatal: "fatal", noForm: "Esta revisão não tem formulário. Anotações e marcas são guardadas mesmo assim.",
    scoreNone: "–", fatalFailed: "Reprovada: {question}", done: "Pronto, próxima chamada",
    clearAnswers: "Limpar respostas", points: "{score} %",
    markAt: "Marca em {at}", markText: "Anotação da marca em {at}", remove: "Remover",
    removeMark: "Remover a marca em {at}",
    masked: "clientes ocultos", madeAt: "feita em {when}", sampleOf: "sorteio {draw}",
    leftLane: "Esquerdo", rightLane: "Direito",
    blocked: "Este navegador não guarda nada para esta página: as avaliações se perdem quando ela for fechada. Exporte-as.",
    full: "Este navegador não tem mais espaço para avaliações. Exporte-as agora.",
    noData: "data.js falta ou está danificado: copie a pasta inteira de novo, ou faça-a de novo com callark review.",
    imported: "{n} chamadas importadas", importedOther: "{n} chamadas importadas, {other} não são desta revisão",
    notImported: "Nada importado: {why}", wrongFile: "isto não é uma exportação de callark review",
    exported: "{n} chamadas exportadas", nothingToExport: "Nada foi avaliado ainda.",
    nameFirst: "Informe primeiro o seu nome.",
    opened: "{agent}, {start}, {length}", language: "English",
    scoredAs: "Nota {score}", switchedTo: "{what}",
    k_space: "reproduzir ou pausar", k_arrows: "5 segundos para trás ou para a frente",
    k_shift: "1 segundo para trás ou para a frente", k_updown: "chamada anterior ou seguinte",
    k_digits: "responder à questão marcada", k_tab: "próxima questão",
    k_n: "escrever uma anotação", k_m: "marcar aqui", k_ab: "repetir a partir daqui, até aqui",
    k_l: "sem repetição", k_speed: "mais devagar ou mais rápido", k_zoom: "afastar ou aproximar",
    k_s: "ambos os canais, esquerdo, direito", k_slash: "buscar", k_help: "esta ajuda",
    k_esc: "sair de um campo", k_mouse: "Arrastar", k_drag: "posicionar; com Shift: repetir um trecho",
  },
};

let language = "en";

/* say("countSome", {n: 3, all: 9}): the text of that name in our language. */
function say(name, values) {
  const text = texts[language][name] ?? texts.en[name] ?? name;
  return values ? text.replace(/\{(\w+)\}/g, (all, key) =>
    key in values ? String(values[key]) : all) : text;
}

/* Put the texts of the page into its elements. */
function translatePage() {
  document.documentElement.lang = language === "pt" ? "pt-BR" : "en";
  for (const e of document.querySelectorAll("[data-text]"))
    e.textContent = say(e.dataset.text);
  for (const e of document.querySelectorAll("[data-label]")) {
    e.setAttribute("aria-label", say(e.dataset.label));
    if (e.tagName === "BUTTON")
      e.title = say(e.dataset.label);
  }
  for (const e of document.querySelectorAll("[data-placeholder]"))
    e.placeholder = say(e.dataset.placeholder);
  const other = document.getElementById("language");
  other.textContent = say("language");
  other.lang = language === "pt" ? "en" : "pt-BR";
}
