//! Keeps the Gen 1 environment from changing, and lets it go again.
