/** Texts that break careless code generators, within what AWS takes in each place. */

/** One line of everything. */
const line = "It's `you` & ${me}, ${env}, ${process.exit(1)} \"x\" \\ \\n \\u0041 %s $& $1 {{this}} {{{x}}} */ // # <!-- </script> שלום 日本 👩‍🚀 ';--";

export const texts = {
  line,
  subject: "`Hi` ${name}, it's \"you\" \\ </script> */ 👩‍🚀 مرحبا",
  groups: ['zqga', 'zqgb', 'zqgc', 'zqgd', 'constructor', 'toString', 'zqge', 'zqgf'],
  variables: {
    constructor: 'prototype',
    toString: '${process.exit(1)}',
    class: line,
  },
};

export const longText = `${`${line} `.repeat(18)}{####}`;
