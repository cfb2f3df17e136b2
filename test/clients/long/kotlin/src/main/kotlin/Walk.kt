import com.svix.kotlin.MessageCreateOptions
import com.svix.kotlin.Svix
import com.svix.kotlin.SvixOptions
import com.svix.kotlin.Webhook
import com.svix.kotlin.exceptions.ApiException
import com.svix.kotlin.exceptions.WebhookVerificationException
import com.svix.kotlin.models.ApplicationIn
import com.svix.kotlin.models.EndpointIn
import com.svix.kotlin.models.EventTypeIn
import com.svix.kotlin.models.GithubConfig
import com.svix.kotlin.models.IngestSourceIn
import com.svix.kotlin.models.IngestSourceInConfig
import com.svix.kotlin.models.IngestSourceOutConfig
import com.svix.kotlin.models.MessageIn
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Duration
import kotlin.system.exitProcess
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking

// Walks through the API with the published Kotlin library, as a program would that uses it.
//
// The Go test that runs this gives POSTHORN_URL, POSTHORN_TOKEN and HOOK_URL: a receiver that keeps webhooks, and gives
// the one of a message back to GET with the query id.

const val APP = "kotlin-walk"
val hook: String = System.getenv("HOOK_URL")
val svix = Svix(System.getenv("POSTHORN_TOKEN"), SvixOptions(System.getenv("POSTHORN_URL")))

fun same(got: Any?, want: Any?) {
    if (got != want) throw AssertionError("got $got, want $want")
}

suspend fun refused(status: Int, call: suspend () -> Any?) {
    try {
        call()
    } catch (refusal: ApiException) {
        same(refusal.statusCode, status)
        return
    }
    throw AssertionError("nothing was refused, want $status")
}

fun arrival(message: String): HttpResponse<String> {
    val request = HttpRequest.newBuilder(URI("$hook?id=$message")).timeout(Duration.ofSeconds(30)).build()
    val answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())
    same(answer.statusCode(), 200)
    return answer
}

suspend fun messages(secret: String) {
    val payload = "{ \"amount\": 1.50, \"name\": \"Zoë\" }"
    val message = MessageIn(eventType = "user.created", payload = payload)
    val first = svix.message.create(APP, message, MessageCreateOptions(idempotencyKey = "key-1"))
    same(svix.message.create(APP, message, MessageCreateOptions(idempotencyKey = "key-1")).id, first.id)
    val json = arrival(first.id)
    same(json.body(), payload)
    same(json.headers().firstValue("content-type").get(), "application/json")
    val webhook = Webhook(secret)
    webhook.verify(json.body(), json.headers())
    try {
        webhook.verify(json.body() + " ", json.headers())
        throw AssertionError("a changed body verifies")
    } catch (expected: WebhookVerificationException) {
        // refused, as it should be
    }

    // messageInRaw of this version fails in the library before anything is sent; this asks for the same.
    val params = mapOf("rawPayload" to "a=1&b=é", "headers" to mapOf("content-type" to "text/plain"))
    val raw = svix.message.create(APP, MessageIn(eventType = "user.created", payload = "", transformationsParams = params))
    val text = arrival(raw.id)
    webhook.verify(text.body(), text.headers())
    same(text.body(), "a=1&b=é")
    same(text.headers().firstValue("content-type").get(), "text/plain")

    same(svix.message.list(APP).data.map { it.id }, listOf(raw.id, first.id))
    repeat(600) {
        svix.messageAttempt.listByMsg(APP, first.id).data.firstOrNull()?.let {
            same(it.responseStatusCode.toInt(), 204)
            return
        }
        delay(50)
    }
    throw AssertionError("no attempt is listed")
}

suspend fun sources() {
    val github = IngestSourceInConfig.Github(GithubConfig(secret = "topsecret"))
    val one = svix.ingest.source.create(IngestSourceIn(name = "GitHub", config = github))
    val two = svix.ingest.source.create(IngestSourceIn(name = "Any", config = IngestSourceInConfig.GenericWebhook))
    same(two.config, IngestSourceOutConfig.GenericWebhook)
    same(svix.ingest.source.list().data.map { it.id }.containsAll(listOf(one.id, two.id)), true)
    svix.ingest.source.delete(one.id)
}

fun main() {
    runBlocking {
        val id = svix.application.getOrCreate(ApplicationIn(name = "Kotlin", uid = APP)).id
        same(svix.application.get(APP).id, id)
        svix.eventType.create(EventTypeIn(name = "user.created", description = "A test."))
        val endpoint = svix.endpoint.create(APP, EndpointIn(url = hook)).id
        messages(svix.endpoint.getSecret(APP, endpoint).key)
        sources()
        refused(404) { svix.application.get("missing") }
        refused(422) { svix.application.create(ApplicationIn(name = "x", uid = "no spaces")) }
        refused(404) { svix.integration.list(APP) }
    }
    exitProcess(0) // the library's client keeps threads
}
