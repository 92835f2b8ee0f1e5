// The page of an application: it signs in with a token of its own making and shows the card of one person, or lists of
// people and fields in which to pick them.

import {
  registerMgtPeopleComponent,
  registerMgtPeoplePickerComponent,
  registerMgtPersonCardComponent,
} from "@microsoft/mgt-components";
import {
  createFromProvider,
  MICROSOFT_GRAPH_ENDPOINTS,
  Providers,
  ProviderState,
  SimpleProvider,
} from "@microsoft/mgt-element";

const { service, token, user, group } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

// The toolkit talks to the clouds that it knows and to those it is told of.
MICROSOFT_GRAPH_ENDPOINTS.add(service);
const provider = new SimpleProvider(async () => token);
provider.baseURL = service;
provider.customHosts = [new URL(service).hostname];
// The provider's own was made before it knew.
provider.graph = createFromProvider(provider);
Providers.globalProvider = provider;
provider.setState(ProviderState.SignedIn);

const show = (name, attributes) => {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  document.body.append(element);
  return element;
};

if (user) {
  registerMgtPersonCardComponent();
  show("mgt-person-card", { "user-id": user }).isExpanded = true;
} else {
  registerMgtPeopleComponent();
  registerMgtPeoplePickerComponent();
  for (const list of [
    show("mgt-people", { id: "members", "group-id": group, "show-max": "99" }),
    show("mgt-people", { id: "everyone", resource: "/users?$top=7&$select=id,displayName", "show-max": "99" }),
  ]) {
    // By their names rather than their pictures.
    list.innerHTML = '<template data-type="person"><span>{{person.displayName}}</span></template>';
  }
  show("mgt-people-picker", { id: "anyone" });
  show("mgt-people-picker", { id: "member", "group-id": group });
  show("mgt-people-picker", { id: "group", type: "group" });
}
