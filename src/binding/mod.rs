//! Everything that Node sees. Thin: no decision is made here.
