/**
 * Strong decryption proofs: one hash fixes everything the decryption depends on; mirrors the proving half of
 * crypto/strong.py. The nonces are drawn afresh, never those of the other proof.
 *
 * Source: DESIGN.md section 2, "Decryption proofs"; crypto/PROTOCOL.md section 10.
 */

import { compact, utf8 } from "../booth/encoding.mjs";
import { Proof } from "../booth/proof.mjs";
import { hashToField, STRONG_DECRYPTION } from "../booth/transcript.mjs";
import { decryptionFactors } from "./decryption.mjs";

/** The line (bytes) of the trustee with this index and key, without line feed. Draws one scalar per ciphertext. */
export function strongProofs(election, tally, owner, key, randomScalar = null) {
  const { group } = election;
  const draw = randomScalar ?? (() => group.randomScalar());
  const publicKey = group.generatorPower(key);
  const factors = decryptionFactors(tally, key);
  const proofs = tally.ciphertexts.map((row, question) =>
    row.map(({ alpha, beta }, choice) => {
      const nonce = draw();
      const value = strongChallenge(election, tally, {
        owner,
        publicKey,
        question,
        choice,
        alpha,
        beta,
        factor: factors[question][choice],
        commitments: [group.generatorPower(nonce), group.power(alpha, nonce)],
      });
      return new Proof(value, group.reduce(nonce - key * value)).encode();
    }),
  );
  return compact({ owner, proofs });
}

/** Equation 17 of PROTOCOL.md: every field and both commitments, length-prefixed. */
function strongChallenge(election, tally, statement) {
  const { group } = election;
  const { owner, publicKey, question, choice, alpha, beta, factor, commitments } = statement;
  const texts = [
    group.name,
    election.fingerprint,
    String(owner),
    group.encode(publicKey),
    String(question),
    String(choice),
    group.encode(alpha),
    group.encode(beta),
    group.encode(factor),
    ...commitments.map((element) => group.encode(element)),
  ];
  return hashToField(group, STRONG_DECRYPTION, ...texts.map(utf8), tally.digest);
}
