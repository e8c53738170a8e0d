/**
 * @template Difference, Context
 * @typedef {object} Allowance a rule that lets differences pass
 * @property {string} id
 * @property {string} reason
 * @property {(difference: Difference, context: Context) => boolean} covers
 */

/**
 * Marks a difference with the first rule that covers it.
 * @template Difference, Context
 * @param {Difference} difference
 * @param {Allowance<Difference, Context>[]} rules
 * @param {Context} [context] what the rules may look at besides the difference
 * @returns {Difference & {allowed?: {id: string, reason: string}}}
 */
export function withAllowance(difference, rules, context) {
  const rule = rules.find((one) => one.covers(difference, context));
  return rule ? { ...difference, allowed: { id: rule.id, reason: rule.reason } } : difference;
}
