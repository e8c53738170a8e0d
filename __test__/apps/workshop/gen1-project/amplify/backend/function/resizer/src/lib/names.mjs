export const rename = (key, ending) => `${key}.resized${ending}`;
