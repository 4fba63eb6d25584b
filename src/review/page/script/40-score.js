/* The form: which answers there may be, and what they come to. */

const questions = () => review.head?.form?.questions ?? [];
const NA = "na";

const choiceText = (choice) => typeof choice === "string" ? choice : choice.text;
const isFatal = (question) => question.fatal === true;

/* The answers of a question in the order of their keys: [answer, text]. */
function optionsOf(question) {
  switch (question.type) {
  case "yes_no":
    return [["yes", say("yes")], ["no", say("no")], [NA, say("na")]];
  case "scale":
    return [...[1, 2, 3, 4, 5].map((n) => [n, String(n)]), [NA, say("na")]];
  case "choice":
    return question.choices.map((choice, i) => [i + 1, choiceText(choice)]);
  default:
    return [];
  }
}

function isAnswer(question, answer) {
  if (question.type === "text")
    return typeof answer === "string" && answer !== "" && answer.length <= 10000;
  if (question.type === "yes_no")
    return answer === "yes" || answer === "no" || answer === NA;
  if (question.type === "scale" && answer === NA)
    return true;
  const most = question.type === "scale" ? 5 : question.choices.length;
  return Number.isInteger(answer) && answer >= 1 && answer <= most;
}

/* What an answer is worth, from 0 to 1; null when it does not count. */
function worthOf(question, answer) {
  if (answer === undefined || answer === NA)
    return null;
  if (question.type === "yes_no")
    return answer === "yes" ? 1 : 0;
  if (question.type === "scale")
    return (answer - 1) / 4;
  if (question.type === "choice")
    return question.choices[answer - 1].value ?? null;
  return null;
}

/*
 * {score, failed, isDone}: the weighted mean of what was answered in hundredths,
 * null when nothing counts yet; the fatal question that was failed, or null;
 * whether every question but those of text has an answer.
 */
function scoreOf(entry) {
  let sum = 0, weights = 0, failed = null, isDone = questions().length > 0;
  for (const question of questions()) {
    const answer = entry.answers[question.id];
    const worth = worthOf(question, answer);
    if (question.type !== "text" && answer === undefined)
      isDone = false;
    if (worth === null)
      continue;
    sum += worth * (question.weight ?? 1);
    weights += question.weight ?? 1;
    if (isFatal(question) && worth === 0 && !failed)
      failed = question;
  }
  const score = weights ? Math.round(1000 * sum / weights) / 10 : null;
  return { score: failed ? 0 : score, failed, isDone };
}

/* "scored", "begun" or "unscored". */
function stateOf(call) {
  const entry = entryOf(call);
  if (questions().length ? scoreOf(entry).isDone : entry.note || entry.marks.length)
    return "scored";
  return Object.keys(entry.answers).length || entry.note || entry.marks.length ? "begun" : "unscored";
}
