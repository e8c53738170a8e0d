export interface Line {
  price: number;
  pieces: number;
}

export const total = (lines: Line[]): number => lines.reduce((sum, { price, pieces }) => sum + price * pieces, 0);
