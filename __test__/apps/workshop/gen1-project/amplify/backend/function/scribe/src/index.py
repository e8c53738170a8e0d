import os


def handler(event, context):
    return {"journal": os.environ["JOURNAL"], "production": os.environ["ENV"] == "prod"}
