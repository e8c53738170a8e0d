"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.handler = void 0;
const total_1 = require("./total");
const handler = async (event) => ({
    table: process.env.STORAGE_JOURNAL_NAME,
    total: (0, total_1.total)(event.lines ?? []),
});
exports.handler = handler;
