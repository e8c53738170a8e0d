//! AWS: one client set, pagination, retry and a rate limiter per service. Fills `deployment`, performs mutations, decides nothing.
