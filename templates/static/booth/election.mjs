/**
 * The election: what is asked, in which group, under which key; and the list of credentials; mirrors
 * crypto/election.py, the reading half. Whether texts are fair or confusable is judged before the opening, by others.
 *
 * Source: Belenios specification, sections "election.json" and "Credentials"; DESIGN.md section 2 for `kalpi`.
 */

import { array, compact, integer, members, parseJson, sameBytes, sha256B64, string } from "./encoding.mjs";
import { Malformed } from "./errors.mjs";
import { groupNamed } from "./group.mjs";

export const RULES = 1;
export const SERVICE = "service"; // the one value of `credentials`
export const ELECTION_LIMIT = 1024 * 1024; // bytes of election.json
export const BALLOT_LIMIT = 240_000; // bytes of a ballot of ours
export const CREDENTIALS_LIMIT = 700 * 1024 * 1024; // bytes of the list of credentials

const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,64}$/;
const WEIGHT = /^(?:0|[1-9][0-9]{0,11})$/;
const FIRST_MEMBERS = ["version", "description", "name", "group", "public_key", "questions", "uuid"];
const OPTIONAL_MEMBERS = ["administrator", "credential_authority"];

/** Choose from `minimum` to `maximum` of the answers, or, when `blank` is allowed, cast a blank vote. */
export class Question {
  constructor(question, answers, blank, minimum, maximum) {
    Object.assign(this, { question, answers, blank, minimum, maximum });
    Object.freeze(this);
  }

  /** Ciphertexts in the answer to this question: one per answer, and before them one for blank. */
  get width() {
    return this.answers.length + (this.blank ? 1 : 0);
  }

  /** The numbers of answers that may be chosen. */
  get sums() {
    return Array.from({ length: this.maximum - this.minimum + 1 }, (_, step) => this.minimum + step);
  }
}

/**
 * Read election.json: raw, name, description, group, publicKey, questions, uuid, administrator, credentialAuthority,
 * rules (1 in an election of ours, else null), credentials (SERVICE or null), fingerprint (43 characters).
 *
 * Throws Malformed; among others election.version, election.rules, group.unsupported, question.unsupported.
 */
export function decodeElection(raw) {
  const value = parseJson(raw, { sizeLimit: ELECTION_LIMIT });
  if (!isObject(value) || FIRST_MEMBERS.some((name) => !(name in value))) {
    throw new Malformed("election.shape", `an object with ${FIRST_MEMBERS.join(", ")} was expected`);
  }
  if (value.version !== 1) throw new Malformed("election.version", "only crypto version 1 is read");
  const group = groupOf(value.group);
  const uuid = string(value.uuid);
  if (!UUID.test(uuid)) {
    throw new Malformed("election.uuid", "at least 14 characters of the Base58 alphabet were expected");
  }
  const questions = array(value.questions, { longest: 10_000 }).map(decodeQuestion);
  if (questions.length === 0) throw new Malformed("election.questions", "an election asks at least one question");
  const [rules, credentials] = "kalpi" in value ? decodeRules(value.kalpi) : [null, null];
  const election = {
    raw,
    name: string(value.name),
    description: string(value.description, { longest: ELECTION_LIMIT }),
    group,
    publicKey: group.decode(value.public_key),
    questions: Object.freeze(questions),
    uuid,
    administrator: optionalString(value, "administrator"),
    credentialAuthority: optionalString(value, "credential_authority"),
    rules,
    credentials,
    fingerprint: sha256B64(raw),
  };
  if (rules !== null) checkOurs(election, value);
  return Object.freeze(election);
}

/**
 * Read the list of credentials: distinct, in the group, none the identity (BB-16); [{ text, element, weight }].
 *
 * In an election of ours sorted by text, every weight 1. Throws Malformed: credentials.duplicate, credentials.weight,
 * credentials.order, json.…, point.….
 */
export function decodePublicCredentials(raw, election) {
  const value = parseJson(raw, { sizeLimit: CREDENTIALS_LIMIT });
  const read = array(value).map((item) => decodeCredential(item, election));
  const texts = read.map((credential) => credential.text);
  if (new Set(texts).size !== texts.length) {
    throw new Malformed("credentials.duplicate", "a credential is listed twice");
  }
  const sorted = texts.every((text, place) => place === 0 || texts[place - 1] < text);
  if (election.rules !== null && (!sorted || !sameBytes(compact(value), raw))) {
    throw new Malformed("credentials.order", "the list is not in its one spelling, sorted by text");
  }
  return read;
}

function decodeCredential(item, election) {
  const [, text, weight] = /^([^,]*)(?:,(.*))?$/s.exec(string(item));
  if (weight !== undefined && (election.rules !== null || !WEIGHT.test(weight))) {
    throw new Malformed("credentials.weight", "a credential without weight, or with a decimal one, was expected");
  }
  return { text, element: election.group.decode(text), weight: weight === undefined ? 1 : Number(weight) };
}

function groupOf(name) {
  if (name === "RFC-3526-2048") throw new Malformed("group.unsupported", "the group RFC-3526-2048 is not read");
  return groupNamed(name);
}

function decodeQuestion(value) {
  if (!isObject(value)) throw new Malformed("question.shape", "a question is an object");
  if ("type" in value) throw new Malformed("question.unsupported", "questions of another type are not read");
  if (["answers", "min", "max", "question"].some((name) => !(name in value))) {
    throw new Malformed("question.shape", "a question has answers, min, max and question");
  }
  const answers = Object.freeze(array(value.answers).map((answer) => string(answer)));
  const blank = value.blank ?? false;
  if (typeof blank !== "boolean") throw new Malformed("question.shape", "blank is true or false");
  const maximum = integer(value.max, { largest: answers.length });
  if (maximum < 1) throw new Malformed("question.bounds", "at least one answer can be chosen");
  const minimum = integer(value.min, { largest: maximum });
  return new Question(string(value.question), answers, blank, minimum, maximum);
}

function decodeRules(value) {
  const text = JSON.stringify(value);
  if (text === `{"rules":${RULES}}`) return [RULES, null];
  if (text === `{"rules":${RULES},"credentials":"${SERVICE}"}`) return [RULES, SERVICE];
  throw new Malformed("election.rules", "the member kalpi names rules that this program does not know");
}

function optionalString(value, name) {
  return name in value ? string(value[name]) : null;
}

function checkOurs(election, value) {
  members(value, FIRST_MEMBERS, [...OPTIONAL_MEMBERS, "kalpi"]);
  if (!sameBytes(compact(encodeOurs(election)), election.raw)) {
    throw new Malformed("election.noncanonical", "the bytes are not the one spelling of this election");
  }
}

function encodeOurs(election) {
  const { administrator, credentialAuthority, credentials } = election;
  return {
    version: 1,
    description: election.description,
    name: election.name,
    group: election.group.name,
    public_key: election.group.encode(election.publicKey),
    questions: election.questions.map((question) => ({
      answers: question.answers,
      ...(question.blank ? { blank: true } : {}),
      min: question.minimum,
      max: question.maximum,
      question: question.question,
    })),
    uuid: election.uuid,
    ...(administrator === null ? {} : { administrator }),
    ...(credentialAuthority === null ? {} : { credential_authority: credentialAuthority }),
    kalpi: { rules: RULES, ...(credentials === null ? {} : { credentials }) },
  };
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
