"""Our CloudFormation: a deployment engine on top of ministack's resource handlers, and the actions it changes.

ministack deploys, updates and deletes stacks too; ours replaces that. It has one recursive `apply` for a stack
and its nested stacks with an undo log, evaluated no-op detection, enforced stack policies, and change sets that
descend into nested stacks.
"""
