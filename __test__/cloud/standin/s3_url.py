"""The bucket and key an S3 URL names, in any of the forms AWS knows."""

import re
import urllib.parse

PATH_STYLE_HOST = re.compile(r"^s3([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?$")
VIRTUAL_HOST = re.compile(r"^(.+?)\.s3([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?$")
LOCAL_HOST = re.compile(r"^(?:(.+?)\.)??(?:s3\.)?(?:localhost|127\.0\.0\.1)$")


def split_s3_url(url):
    """(bucket, key) of a URL; `ValueError` when it is not one of S3."""
    parsed = urllib.parse.urlparse(url)
    host = parsed.hostname or ""
    path = urllib.parse.unquote(parsed.path.lstrip("/"))
    virtual = VIRTUAL_HOST.match(host) if parsed.scheme == "https" else None
    local = LOCAL_HOST.match(host)
    if virtual or (local and local.group(1)):
        return (virtual or local).group(1), path
    if local or (parsed.scheme == "https" and PATH_STYLE_HOST.match(host)):
        bucket, _, key = path.partition("/")
        return bucket, key
    raise ValueError("TemplateURL must be a supported URL.")
