// The page of an application: it signs in with a token of its own making and shows the card of one person.

import { registerMgtPersonCardComponent } from "@microsoft/mgt-components";
import {
  createFromProvider,
  MICROSOFT_GRAPH_ENDPOINTS,
  Providers,
  ProviderState,
  SimpleProvider,
} from "@microsoft/mgt-element";

const { service, token, user } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

// The toolkit talks to the clouds that it knows and to those it is told of.
MICROSOFT_GRAPH_ENDPOINTS.add(service);
const provider = new SimpleProvider(async () => token);
provider.baseURL = service;
provider.customHosts = [new URL(service).hostname];
// The provider's own was made before it knew.
provider.graph = createFromProvider(provider);
Providers.globalProvider = provider;
provider.setState(ProviderState.SignedIn);

registerMgtPersonCardComponent();
const card = document.createElement("mgt-person-card");
card.userId = user;
card.isExpanded = true;
document.body.append(card);
