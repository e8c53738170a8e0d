"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.total = void 0;
const total = (lines) => lines.reduce((sum, { price, pieces }) => sum + price * pieces, 0);
exports.total = total;
