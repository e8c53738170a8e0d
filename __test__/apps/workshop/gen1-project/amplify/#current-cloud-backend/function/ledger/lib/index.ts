import { total, type Line } from './total';

interface LedgerEvent {
  lines?: Line[];
}

export const handler = async (event: LedgerEvent): Promise<{ table?: string; total: number }> => ({
  table: process.env.STORAGE_JOURNAL_NAME,
  total: total(event.lines ?? []),
});
