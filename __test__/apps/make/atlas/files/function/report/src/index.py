import os


def handler(event, context):
    return {"index": os.environ["GEO_PLACES_NAME"], "topic": os.environ["CUSTOM_ALERTS_TOPICARN"]}
