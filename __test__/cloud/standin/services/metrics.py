"""CloudWatch GetMetricData: a metric nobody wrote answers one zero, where ministack answers nothing."""

from ministack.services import cloudwatch


def install():
    """Wrap ministack's GetMetricData."""
    original = cloudwatch._get_metric_data

    def with_zeros(parameters, cbor, is_cbor, is_json=False):
        added = []
        try:
            for namespace, name, dimensions, end in _wanted(parameters, cbor, is_cbor or is_json):
                key = (namespace, name, cloudwatch._dims_key(dimensions or {}))
                if not _is_known(namespace, name, dimensions, key[2]):
                    cloudwatch._metrics[key] = [_zero(dimensions, end)]
                    added.append(key)
            return original(parameters, cbor, is_cbor, is_json)
        finally:
            for key in added:
                cloudwatch._metrics.pop(key, None)

    cloudwatch._get_metric_data = with_zeros


def _is_known(namespace, name, dimensions, dimensions_key):
    return any(
        known[0] == namespace and known[1] == name and (not dimensions or known[2] == dimensions_key)
        for known in list(cloudwatch._metrics)
    )


def _zero(dimensions, end):
    return {
        "Timestamp": (end or 0) - 1,
        "Value": 0.0,
        "Unit": "Count",
        "Dimensions": dimensions,
        "ValuesCounts": None,
    }


def _wanted(parameters, document, is_document):
    """(namespace, name, dimensions, end) of each metric asked for, in either protocol."""
    if is_document:
        end = cloudwatch._parse_ts(document.get("EndTime"))
        for query in document.get("MetricDataQueries", []):
            metric = (query.get("MetricStat") or {}).get("Metric") or {}
            if metric:
                dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
                yield metric.get("Namespace", ""), metric.get("MetricName", ""), dimensions, end
        return
    end = cloudwatch._parse_ts(cloudwatch._p(parameters, "EndTime"))
    for number in _numbers(parameters, "MetricDataQueries.member.{}.Id"):
        base = f"MetricDataQueries.member.{number}.MetricStat.Metric."
        dimensions = {
            cloudwatch._p(parameters, f"{base}Dimensions.member.{i}.Name"): cloudwatch._p(
                parameters, f"{base}Dimensions.member.{i}.Value"
            )
            for i in _numbers(parameters, base + "Dimensions.member.{}.Name")
        }
        name = cloudwatch._p(parameters, base + "MetricName")
        if name:
            yield cloudwatch._p(parameters, base + "Namespace"), name, dimensions, end


def _numbers(parameters, pattern):
    number = 1
    while cloudwatch._p(parameters, pattern.format(number)):
        yield number
        number += 1
