/**
 * What a voter marks, as the numbers that are sealed, and back as words. The check page and the opened ballot read
 * their words from the same object that is sealed, never from what is ticked on the screen (CL-19).
 */

import { checkSelection } from "./sealing.mjs";

export const BLANK = -1; // the index of «Λευκό» among the marks of a question

/** One 0 or 1 per ciphertext, blank first when allowed. `marks` are indexes of answers, or BLANK alone. */
export function selectionOf(question, marks) {
  const answers = question.answers.map((_, index) => Number(marks.includes(index)));
  return question.blank ? [Number(marks.includes(BLANK)), ...answers] : answers;
}

/** The inverse of `selectionOf`. */
export function marksOf(question, selection) {
  const answers = selection.slice(Number(question.blank));
  const marks = answers.flatMap((chosen, index) => (chosen === 1 ? [index] : []));
  return question.blank && selection[0] === 1 ? [BLANK] : marks;
}

/** The words of a selection: answers in their order, `blankLabel` for a blank vote, `noneLabel` for no mark at all. */
export function wordsOf(question, selection, { blankLabel, noneLabel }) {
  const marks = marksOf(question, selection);
  if (marks.length === 0) return [noneLabel];
  return marks.map((mark) => (mark === BLANK ? blankLabel : question.answers[mark]));
}

/** "none", "few", "many", or null when the question allows this selection. */
export function shortcoming(question, selection) {
  try {
    checkSelection(question, selection);
    return null;
  } catch {
    const count = marksOf(question, selection).length;
    if (count === 0) return "none";
    return count < question.minimum ? "few" : "many";
  }
}
