import com.svix.Svix;
import com.svix.SvixOptions;
import com.svix.Webhook;
import com.svix.api.Message;
import com.svix.api.MessageCreateOptions;
import com.svix.exceptions.ApiException;
import com.svix.exceptions.WebhookVerificationException;
import com.svix.models.ApplicationIn;
import com.svix.models.EndpointIn;
import com.svix.models.EventTypeIn;
import com.svix.models.GithubConfig;
import com.svix.models.IngestSourceIn;
import com.svix.models.IngestSourceInConfig;
import com.svix.models.IngestSourceOut;
import com.svix.models.IngestSourceOutConfig;
import com.svix.models.MessageIn;
import com.svix.models.MessageOut;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Walks through the API with the published Java library, as a program would that uses it.
 *
 * <p>The Go test that runs this gives POSTHORN_URL, POSTHORN_TOKEN and HOOK_URL: a receiver that keeps webhooks, and gives
 * the one of a message back to GET with the query id.
 */
public final class Walk {
    private static final String APP = "java-walk";

    private final Svix svix;

    private Walk() {
        SvixOptions options = new SvixOptions();
        options.setServerUrl(System.getenv("POSTHORN_URL"));
        svix = new Svix(System.getenv("POSTHORN_TOKEN"), options);
    }

    public static void main(String[] arguments) throws Exception {
        new Walk().walk();
        System.exit(0); // the library's client keeps threads
    }

    private void walk() throws Exception {
        String id = svix.getApplication().getOrCreate(new ApplicationIn().name("Java").uid(APP)).getId();
        same(svix.getApplication().get(APP).getId(), id);
        svix.getEventType().create(new EventTypeIn().name("user.created").description("A test."));
        String endpoint = svix.getEndpoint().create(APP, new EndpointIn().url(URI.create(System.getenv("HOOK_URL")))).getId();
        messages(svix.getEndpoint().getSecret(APP, endpoint).getKey());
        sources();
        refused(404, () -> svix.getApplication().get("missing"));
        refused(422, () -> svix.getApplication().create(new ApplicationIn().name("x").uid("no spaces")));
        refused(404, () -> svix.getIntegration().list(APP));
    }

    private void messages(String secret) throws Exception {
        String payload = "{ \"amount\": 1.50, \"name\": \"Zoë\" }";
        MessageIn in = new MessageIn().eventType("user.created").payload(payload);
        MessageOut first = publish(in, "key-1");
        same(publish(in, "key-1").getId(), first.getId());
        HttpResponse<String> arrival = arrival(first.getId());
        same(arrival.body(), payload);
        same(arrival.headers().firstValue("content-type").orElse(""), "application/json");
        Webhook webhook = new Webhook(secret);
        webhook.verify(arrival.body(), arrival.headers());
        try {
            webhook.verify(arrival.body() + " ", arrival.headers());
            throw new AssertionError("a changed body verifies");
        } catch (WebhookVerificationException expected) {
            // refused, as it should be
        }

        MessageOut raw = publish(Message.messageInRaw("a=1&b=é", "text/plain").eventType("user.created"), null);
        arrival = arrival(raw.getId());
        webhook.verify(arrival.body(), arrival.headers());
        same(arrival.body(), "a=1&b=é");
        same(arrival.headers().firstValue("content-type").orElse(""), "text/plain");

        same(svix.getMessage().list(APP).getData().stream().map(MessageOut::getId).collect(Collectors.toList()),
                List.of(raw.getId(), first.getId()));
        for (int i = 0; i < 600; i++) {
            var attempts = svix.getMessageAttempt().listByMsg(APP, first.getId()).getData();
            if (!attempts.isEmpty()) {
                same(attempts.get(0).getResponseStatusCode().intValue(), 204);
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no attempt is listed");
    }

    private MessageOut publish(MessageIn in, String key) throws Exception {
        MessageCreateOptions options = new MessageCreateOptions();
        options.setIdempotencyKey(key);
        return svix.getMessage().create(APP, in, options);
    }

    private void sources() throws Exception {
        IngestSourceInConfig github = new IngestSourceInConfig.Github(new GithubConfig().secret("topsecret"));
        IngestSourceOut one = svix.getIngest().getSource().create(new IngestSourceIn().name("GitHub").config(github));
        IngestSourceOut two = svix.getIngest().getSource()
                .create(new IngestSourceIn().name("Any").config(new IngestSourceInConfig.GenericWebhook()));
        same(two.getConfig() instanceof IngestSourceOutConfig.GenericWebhook, true);
        List<String> listed = svix.getIngest().getSource().list().getData().stream().map(IngestSourceOut::getId)
                .collect(Collectors.toList());
        same(listed.containsAll(List.of(one.getId(), two.getId())), true);
        svix.getIngest().getSource().delete(one.getId());
    }

    private static HttpResponse<String> arrival(String message) throws Exception {
        URI at = URI.create(System.getenv("HOOK_URL") + "?id=" + message);
        HttpResponse<String> answer = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(at).timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        same(answer.statusCode(), 200);
        return answer;
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void refused(int status, Call call) throws Exception {
        try {
            call.run();
        } catch (ApiException refusal) {
            same(refusal.getCode(), status);
            return;
        }
        throw new AssertionError("nothing was refused, want " + status);
    }

    private static void same(Object got, Object want) {
        if (!got.equals(want)) {
            throw new AssertionError("got " + got + ", want " + want);
        }
    }
}
