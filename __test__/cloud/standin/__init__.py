"""A strict local AWS: ministack plus the parts of CloudFormation it lacks, a ledger of losses, and faults."""
