"""Lambda-backed custom resources, answered in process with the side effects of Amplify's own ones.

No Lambda is run. A custom resource of a type that is not known here answers SUCCESS at once, and fails only when
the function it names does not exist.
"""
