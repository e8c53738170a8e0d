"""Parameters of a stack operation: missing, unknown and previous values."""

from ministack.services.cloudformation import engine as ministack_engine

_ministack_resolve_parameters = ministack_engine._resolve_parameters


def resolve_parameters(template, provided, previous=None):
    """Values of all parameters of a template; `previous` are those of the stack before."""
    definitions = template.get("Parameters") or {}
    _refuse_previous_of_new(provided, previous or {})
    unknown = [p["Key"] for p in provided if p["Key"] not in definitions]
    if unknown:
        raise ValueError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    given = {p["Key"] for p in provided}
    missing = [name for name, d in definitions.items() if name not in given and "Default" not in d]
    if missing:
        raise ValueError(f"Parameters: [{', '.join(missing)}] must have values")
    return _ministack_resolve_parameters(template, provided, previous)


def parameter_list(parameters):
    """Resolved parameters as a stack lists them."""
    return [
        {"ParameterKey": name, "ParameterValue": p["Value"], "NoEcho": p["NoEcho"]}
        for name, p in (parameters or {}).items()
    ]


def _refuse_previous_of_new(provided, previous):
    for parameter in provided:
        if parameter.get("UsePreviousValue") and parameter["Key"] not in previous:
            raise ValueError(
                f"Invalid input for parameter key {parameter['Key']}. Cannot specify usePreviousValue as true for a "
                "parameter key not in the previous template"
            )
