/** Tells the demonstration: chapters, commands, tables, proofs. Colours only on a terminal. */
import Table from 'cli-table3';
import pc from 'picocolors';

const colours = pc.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);

export class Narrator {
  /** @param {string} text */
  title(text) {
    console.log(`\n${colours.bold(text)}\n${'='.repeat(text.length)}`);
  }

  /** @param {string} text */
  chapter(text) {
    console.log(`\n${colours.bold(colours.cyan(text))}\n${'-'.repeat(text.length)}`);
  }

  /** @param {string} text */
  say(text) {
    console.log(text);
  }

  /** @param {string} text */
  command(text) {
    console.log(colours.dim(`$ ${text}`));
  }

  /** What a command printed. @param {string} text */
  quote(text) {
    console.log(text.trimEnd());
  }

  /** @param {string[]} items */
  list(items) {
    for (const item of items) console.log(`  - ${item}`);
  }

  /** @param {string} text */
  done(text) {
    console.log(`${colours.green('✔')} ${text}`);
  }

  /** @param {string} claim */
  proved(claim) {
    console.log(`${colours.green('✔ proved:')} ${claim}`);
  }

  /** @param {string[]} head @param {string[][]} rows */
  table(head, rows) {
    const table = new Table({ head: head.some(Boolean) ? head : [], style: { head: [], border: [] } });
    table.push(...rows);
    console.log(table.toString());
  }
}
