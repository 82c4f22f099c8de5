/**
 * Who holds the election key: Single trustees and Pedersen groups; mirrors crypto/trustees.py.
 *
 * Source: Belenios specification, section "Trustees".
 */

import { array, parseJson } from "../booth/encoding.mjs";
import { InvalidProof, Malformed } from "../booth/errors.mjs";
import { checkPedersen, decodePedersen, decodePublicKey, keyText, MOST_MEMBERS } from "./pedersen.mjs";
import { checkKnowledge, checkText } from "./signing.mjs";

const SIZE_LIMIT = 4 * 1024 * 1024; // bytes of trustees.json

export class Trustees {
  constructor(group, items) {
    this.group = group;
    this.items = items;
    this.keys = items.flatMap(({ pedersen, single }) => (pedersen === null ? [single] : pedersen.keys));
  }

  /** The key y that ballots are encrypted to. */
  get electionKey() {
    return this.group.product(
      this.items.flatMap(({ pedersen, single }) =>
        pedersen === null ? [single.publicKey] : pedersen.coefficients.map(({ elements }) => elements[0]),
      ),
    );
  }

  /** How many partial decryptions open a tally. */
  get threshold() {
    return this.items.reduce((sum, { pedersen }) => sum + (pedersen === null ? 1 : pedersen.threshold), 0);
  }

  /** The public key of trustee `index`, from 1. Throws Malformed (trustees.index). */
  publicKey(index) {
    const key = this.keys[index - 1];
    if (key === undefined) throw new Malformed("trustees.index", `there is no trustee ${index}`);
    return key.publicKey;
  }

  /** Every signature, proof of knowledge and key. Throws InvalidProof: trustee.*, trustees.*. */
  check() {
    const { group } = this;
    if (new Set(this.keys.map(({ publicKey }) => group.encode(publicKey))).size !== this.keys.length) {
      throw new InvalidProof("trustees.duplicate", "two trustees have the same key");
    }
    if (group.equal(this.electionKey, group.identity)) {
      throw new InvalidProof("trustees.key", "the trustees' keys cancel each other");
    }
    for (const { pedersen, single } of this.items) {
      if (pedersen !== null) {
        checkPedersen(group, pedersen);
        continue;
      }
      checkKnowledge(group, single.publicKey, single.pok);
      if (single.signature !== null) {
        checkText(group, single.publicKey, keyText(group, single.publicKey), single.signature);
      }
    }
  }
}

/** Read trustees.json. Throws Malformed; `trustees.old_form` for the form written before 2.5.1. */
export function decodeTrustees(raw, group) {
  const items = array(parseJson(raw, { sizeLimit: SIZE_LIMIT })).map((item) => decodeItem(group, item));
  const trustees = new Trustees(group, items);
  if (trustees.keys.length < 1 || trustees.keys.length > MOST_MEMBERS) {
    throw new Malformed("trustees.number", `1 to ${MOST_MEMBERS} trustees were expected`);
  }
  return trustees;
}

function decodeItem(group, value) {
  const [kind, content] = array(value, { length: 2 });
  if (kind === "Single") return { pedersen: null, single: decodePublicKey(group, content) };
  if (kind === "Pedersen") return { pedersen: decodePedersen(group, content), single: null };
  throw new Malformed("trustees.kind", "Single and Pedersen trustees are known");
}
