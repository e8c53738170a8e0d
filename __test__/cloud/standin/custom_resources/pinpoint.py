"""Gen 1's callout that makes a Pinpoint app: only its id and name are of interest."""

import hashlib


def answer_callout(request):
    """Id and name of the app; None for a callout about something else."""
    name = request.properties.get("appName")
    if not name:
        return None
    app_id = hashlib.md5(f"{request.stack['StackId']}/{name}".encode()).hexdigest()
    return app_id, {"Id": app_id, "Name": name, "Region": request.stack["StackId"].split(":")[3]}
