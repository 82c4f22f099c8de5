"""Downloads. A file is never shown inside our pages: attachment, no sniffing, and the sandbox policy of the gate."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consultation.desk import READERS
from consultation.store.file import file_bytes, file_row
from consultation.store.visibility import is_public_file, nothing_here
from consultation.upload import disposition
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [Route("/files/{key}", download, methods=["GET"])]


@endpoint
def download(visit: Visit) -> Response:
    """A draft's file exists for the desk only."""
    row = file_row(visit.session, visit.path["key"])
    at_desk = visit.login is not None and bool(visit.login.roles & set(READERS))
    if not at_desk and not is_public_file(visit.session, row):
        raise nothing_here()
    headers = {"Content-Disposition": disposition(row.name), "ETag": f'"{row.digest}"'}
    return Response(file_bytes(visit.session, row), media_type=row.media_type, headers=headers)
