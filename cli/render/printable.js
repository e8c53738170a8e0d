'use strict';

// Control characters, and those that turn the direction of text: a name must not be able to repaint the terminal.
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that comes from the user's files or from AWS, safe to print; line breaks and tabs stay.
 * @param {string} text
 */
function printable(text) {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

module.exports = { printable };
