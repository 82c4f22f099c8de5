/**
 * The two prime-order groups of the vote, behind one door; mirrors crypto/group.py.
 *
 * An element (a noble point, or a BigInt) is always in the group: it comes from `decode`, which checks, or from an
 * operation on elements. Compare with `group.equal`, never with ===. `power` is for secret exponents: the same
 * sequence of operations for each; `vartimePower` is quicker and only for public ones. BigInt arithmetic itself is
 * not constant time: what the language gives (DESIGN, trust page).
 *
 * Source: Belenios specification, section "Groups"; RFC 8032 section 5.1 (edwards25519) through @noble/curves.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { decimal, fromHex, toHex } from "./encoding.mjs";
import { Malformed } from "./errors.mjs";

const { Point } = ed25519;
const HEX_POINT = /^[0-9a-f]{64}$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,617})$/;

/** `name` is Belenios's; `order` the prime q; `hashLength` bytes to draw for one unbiased exponent. */
class Group {
  hashLength = 48;

  generatorPower(exponent) {
    return this.power(this.generator, exponent);
  }

  product(elements) {
    let result = this.identity;
    for (const element of elements) result = this.multiply(result, element);
    return result;
  }

  /** Read an element other than the identity. Throws Malformed: point.encoding, point.subgroup, point.identity. */
  decode(text) {
    const element = this.decodeAny(text);
    if (this.equal(element, this.identity)) {
      throw new Malformed("point.identity", "the identity has no business here");
    }
    return element;
  }

  /** Read an exponent, 0 <= s < order, in decimal. Throws Malformed: scalar.noncanonical. */
  decodeScalar(text) {
    return decimal(text, this.order);
  }

  /** A fresh exponent from the browser's generator, uniform in [1, order): draws are repeated, not reduced. */
  randomScalar() {
    const bits = this.order.toString(2).length;
    const draw = new Uint8Array(Math.ceil(bits / 8));
    for (;;) {
      globalThis.crypto.getRandomValues(draw);
      const number = BigInt.asUintN(bits, BigInt(`0x${toHex(draw)}`));
      if (number > 0n && number < this.order) return number;
    }
  }

  /** An exponent brought into [0, order). */
  reduce(exponent) {
    const rest = exponent % this.order;
    return rest < 0n ? rest + this.order : rest;
  }
}

/** The prime-order subgroup of edwards25519; an element is a noble point. */
class Edwards25519 extends Group {
  name = "Ed25519";
  order = Point.Fn.ORDER;
  identity = Point.ZERO;
  generator = Point.BASE;

  power(base, exponent) {
    const scalar = this.reduce(exponent);
    return scalar === 0n || base.is0() ? Point.ZERO : base.multiply(scalar);
  }

  vartimePower(base, exponent) {
    return base.multiplyUnsafe(this.reduce(exponent));
  }

  multiply(left, right) {
    return left.add(right);
  }

  divide(left, right) {
    return left.subtract(right);
  }

  equal(left, right) {
    return left.equals(right);
  }

  /** Make later powers of this base quicker. */
  prepare(base) {
    base.precompute(6);
  }

  encode(element) {
    return toHex(element.toBytes().reverse());
  }

  /** Read an element, the identity included. Throws Malformed: point.encoding, point.subgroup. */
  decodeAny(text) {
    if (typeof text !== "string" || !HEX_POINT.test(text)) {
      throw new Malformed("point.encoding", "64 lower-case hexadecimal digits were expected");
    }
    let element = null;
    try {
      element = Point.fromBytes(fromHex(text).reverse(), false);
    } catch {
      throw new Malformed("point.subgroup", "not a canonical point of the curve");
    }
    if (!element.isTorsionFree()) throw new Malformed("point.subgroup", "not a point of the prime-order subgroup");
    return element;
  }
}

const WINDOW = 4n; // bits
const TABLE = 16; // 2^WINDOW

/** The subgroup of prime order q of the integers modulo a 2048-bit prime; an element is a BigInt. */
class SchnorrGroup extends Group {
  identity = 1n;
  #rows = new Map(); // base -> for each window of the exponent, its 16 powers

  constructor(name, modulus, generator, order) {
    super();
    this.name = name;
    this.modulus = modulus;
    this.generator = generator;
    this.order = order;
    this.windows = Math.ceil(order.toString(2).length / Number(WINDOW));
    this.prepare(generator);
  }

  power(base, exponent) {
    const scalar = this.reduce(exponent);
    const rows = this.#rows.get(base);
    return rows === undefined ? this.#powerFresh(base, scalar) : this.#powerPrepared(rows, scalar);
  }

  vartimePower(base, exponent) {
    return this.power(base, exponent);
  }

  multiply(left, right) {
    return (left * right) % this.modulus;
  }

  divide(left, right) {
    // Elements have order q, so the inverse is a power.
    return this.multiply(left, this.power(right, this.order - 1n));
  }

  equal(left, right) {
    return left === right;
  }

  prepare(base) {
    if (this.#rows.has(base)) return;
    const rows = [];
    let unit = base;
    for (let window = 0; window < this.windows; window += 1) {
      const row = this.#powers(unit);
      rows.push(row);
      unit = this.multiply(row[TABLE - 1], unit);
    }
    this.#rows.set(base, rows);
  }

  encode(element) {
    return element.toString();
  }

  decodeAny(text) {
    if (typeof text !== "string" || !DECIMAL.test(text)) {
      throw new Malformed("point.encoding", "a decimal number without leading zero was expected");
    }
    const number = BigInt(text);
    if (number <= 0n || number >= this.modulus) {
      throw new Malformed("point.encoding", "a number below the modulus was expected");
    }
    if (this.#powerFresh(number, this.order) !== 1n) {
      throw new Malformed("point.subgroup", "not in the subgroup of order q");
    }
    return number;
  }

  #powers(base) {
    const row = [1n];
    for (let index = 1; index < TABLE; index += 1) row.push(this.multiply(row[index - 1], base));
    return row;
  }

  #powerPrepared(rows, scalar) {
    let result = 1n;
    let rest = scalar;
    for (const row of rows) {
      result = this.multiply(result, row[Number(BigInt.asUintN(Number(WINDOW), rest))]);
      rest >>= WINDOW;
    }
    return result;
  }

  #powerFresh(base, scalar) {
    const row = this.#powers(base);
    let result = 1n;
    for (let window = BigInt(this.windows) - 1n; window >= 0n; window -= 1n) {
      for (let bit = 0n; bit < WINDOW; bit += 1n) result = this.multiply(result, result);
      result = this.multiply(result, row[Number(BigInt.asUintN(Number(WINDOW), scalar >> (window * WINDOW)))]);
    }
    return result;
  }
}

export const ED25519 = new Edwards25519();
export const BELENIOS_2048 = new SchnorrGroup(
  "BELENIOS-2048",
  BigInt(
    "206947856914225464010136436575050080649229892957511040971008847870573742192427174019222372" +
      "544976843381290666331380789584049600543896362897963930387739057228036059737494276713767776" +
      "188985898727358650490811670993105358677809800307904916540637771737641986785272734744763418" +
      "356000356983051931442845617019110007867373073335641239717328979132404745788344682606523279" +
      "746479511376726586935821800463179220736688600526271863633860887968821207694323661494910029" +
      "234443463732221458841005864210502421203654335612013204811188524087310770141516662001623131" +
      "77169372189248078507711827842317498073276598828825169183103125680162072880719",
  ),
  BigInt(
    "240235267750185220922768770353239993271228765737836491651007531878766327414635321932028567" +
      "615526967879969466829874938909508389657342560190060106847716449173547413728310461045868131" +
      "451178164675540052740288984613986453266121505579709716201616827031288643245666383486363578" +
      "210615491841998253431518974065818686865115135857641013888221539601604322884360393098933366" +
      "277284840659313840601023167509576377798266510360682240663507669776402534625377308513317349" +
      "519424896775405257365904949247763147599157519877517771148149092045660020547812705472823814" +
      "0972518639858334115700568353695553423781475582491896050296680037745308460627",
  ),
  78571733251071885079927659812671450121821421258408794611510081919805623223441n,
);
export const GROUPS = { [ED25519.name]: ED25519, [BELENIOS_2048.name]: BELENIOS_2048 };

/** Throws Malformed (group.unknown) for a name other than Ed25519 and BELENIOS-2048. */
export function groupNamed(name) {
  if (typeof name !== "string" || !Object.hasOwn(GROUPS, name)) {
    throw new Malformed("group.unknown", "groups Ed25519 and BELENIOS-2048 are known");
  }
  return GROUPS[name];
}
