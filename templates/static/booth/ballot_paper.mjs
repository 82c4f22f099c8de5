/**
 * The ballot paper on the screen: questions to mark, and choices written out again. Order and wording are those of
 * election.json, under the fingerprint (CL-20); the statements come from the manifest.
 */

import { BLANK, marksOf, wordsOf } from "./choice.mjs";
import { make } from "./page.mjs";

/** Throws when the manifest asks something else than the election. */
export function checkSameQuestions(election, manifest) {
  const asked = manifest.questions.map(({ question, answers, blank, min, max }) =>
    JSON.stringify([question, answers, blank, min, max]),
  );
  const sealed = election.questions.map(({ question, answers, blank, minimum, maximum }) =>
    JSON.stringify([question, answers, blank, minimum, maximum]),
  );
  if (asked.join("\n") !== sealed.join("\n")) throw new Error("manifest and election ask different questions");
}

/** One fieldset per question: radio buttons when exactly one answer is chosen, otherwise checkboxes. */
export function drawQuestions(place, election, manifest, say) {
  place.replaceChildren(
    ...election.questions.map((question, number) => {
      const single = question.minimum === 1 && question.maximum === 1;
      const options = question.answers.map((answer, index) => drawOption(number, index, answer, single));
      if (question.blank) options.push(drawOption(number, BLANK, say("blank"), single));
      const heading = [question.question];
      const count = election.questions.length;
      if (count > 1) {
        heading.unshift(make("span", { className: "hint" }, say("question_of", { number: number + 1, count })));
      }
      const counted = single ? [] : [drawCount(number, question, say)];
      const { statements } = manifest.questions[number];
      const fieldset = make(
        "fieldset",
        {
          id: `question-${number}`,
          className: "field question",
          attributes: { "aria-describedby": `question-${number}-hint question-${number}-error` },
        },
        make("legend", {}, ...heading),
        make("span", { className: "hint", id: `question-${number}-hint` }, hintOf(question, say)),
        make("span", {
          className: "error-text",
          id: `question-${number}-error`,
          hidden: true,
          attributes: { role: "alert" },
        }),
        make("div", { className: "options cards" }, ...options),
        ...counted,
        ...drawStatements(statements, say),
      );
      fieldset.addEventListener("change", ({ target }) => settle(fieldset, question, target, say));
      return fieldset;
    }),
  );
}

/** The indexes marked in each question. */
export function readMarks(place) {
  return [...place.querySelectorAll("fieldset")].map((fieldset) =>
    [...fieldset.querySelectorAll("input:checked")].map((input) => Number(input.value)),
  );
}

/** The whole question and what the sealed numbers say was chosen. */
export function drawReview(list, election, selections, say) {
  const labels = { blankLabel: say("blank"), noneLabel: say("none") };
  list.replaceChildren(
    ...election.questions.flatMap((question, number) => [
      make("dt", {}, question.question),
      ...wordsOf(question, selections[number], labels).map((words) => make("dd", {}, words)),
    ]),
  );
}

/** Tick again what a selection holds: the way back from the check. */
export function restoreMarks(place, election, selections) {
  election.questions.forEach((question, number) => {
    const marks = marksOf(question, selections[number]);
    for (const input of place.querySelectorAll(`#question-${number} input`)) {
      input.checked = marks.includes(Number(input.value));
    }
  });
}

function drawOption(number, index, label, single) {
  const id = `question-${number}-${index === BLANK ? "blank" : index}`;
  const input = make("input", { type: single ? "radio" : "checkbox", id, value: String(index) });
  input.name = `question-${number}`;
  return make("div", { className: "option" }, input, make("label", { htmlFor: id }, label));
}

function drawCount(number, question, say) {
  return make(
    "p",
    { className: "count", id: `question-${number}-count`, attributes: { "aria-live": "polite" } },
    say("chosen_count", { chosen: 0, maximum: question.maximum }),
  );
}

function drawStatements(statements, say) {
  const sides = [
    ["statement_for", statements?.for],
    ["statement_against", statements?.against],
  ].filter(([, text]) => typeof text === "string" && text !== "");
  if (sides.length === 0) return [];
  const parts = sides.flatMap(([key, text]) => [
    make("h3", {}, say(key)),
    make("p", { className: "statement" }, text),
  ]);
  return [make("details", {}, make("summary", {}, say("statements")), ...parts)];
}

function hintOf({ minimum, maximum, blank }, say) {
  if (minimum === 1 && maximum === 1) return say(blank ? "choose_one" : "choose_one_no_blank");
  const key = minimum === maximum ? "choose_exactly" : "choose_some";
  return say(blank ? `${key}_blank` : key, { minimum, maximum });
}

/** A blank vote and answers exclude each other; the count follows. */
function settle(fieldset, question, target, say) {
  const inputs = [...fieldset.querySelectorAll("input")];
  if (target.checked && target.type === "checkbox") {
    const blank = Number(target.value) === BLANK;
    for (const input of inputs) {
      if (input !== target && (blank || Number(input.value) === BLANK)) input.checked = false;
    }
  }
  const count = fieldset.querySelector(".count");
  if (count === null) return;
  const chosen = inputs.filter((input) => input.checked && Number(input.value) !== BLANK).length;
  count.textContent = say("chosen_count", { chosen, maximum: question.maximum });
}
