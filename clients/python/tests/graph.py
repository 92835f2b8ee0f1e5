"""The official SDK, pointed at the server under test. Nothing of it is changed but the base URL and where tokens come from."""

import os

from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph_beta import GraphRequestAdapter, GraphServiceClient
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError


class StaticToken(AccessTokenProvider):
    """A token that is there already."""

    def __init__(self, token):
        self.token = token

    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return self.token

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


def client(token):
    """A client that speaks as whoever the token is of."""
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(StaticToken(token)))
    adapter.base_url = f"{os.environ['VITAE_URL']}/beta"
    return GraphServiceClient(request_adapter=adapter)


def headers(**fields):
    """A request configuration with headers; underscores in names stand for hyphens."""
    collection = HeadersCollection()
    for name, value in fields.items():
        collection.add(name.replace("_", "-"), value)
    return RequestConfiguration(headers=collection)


def query(builder, **options):
    """A request configuration with query options, in the class that the SDK has for this builder."""
    parameters = next(part for name, part in vars(type(builder)).items() if name.endswith("GetQueryParameters"))
    return RequestConfiguration(query_parameters=parameters(**options))


async def refusal(request):
    """The error with which a request is refused; a test fails when it is not."""
    try:
        answer = await request
    except ODataError as error:
        return error
    raise AssertionError(f"the request was not refused but answered {answer!r}")
