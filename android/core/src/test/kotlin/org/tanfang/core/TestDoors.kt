package org.tanfang.core

import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.io.File
import java.math.BigInteger
import java.nio.file.Files
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.util.concurrent.ConcurrentLinkedQueue
import javax.imageio.ImageIO
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import org.tanfang.ffi.Clock
import org.tanfang.ffi.KeyPurpose
import org.tanfang.ffi.KeyVault
import org.tanfang.ffi.Moment
import org.tanfang.ffi.Tanfang

/** A keystore that lasts as long as the test. */
class KeysInMemory : KeyVault {
    private val keys = HashMap<KeyPurpose, ByteArray>()
    private val pair = KeyPairGenerator.getInstance("EC").run {
        initialize(ECGenParameterSpec("secp256r1"))
        generateKeyPair()
    }

    override fun keep(purpose: KeyPurpose, key: ByteArray) { keys[purpose] = key.copyOf() }

    override fun key(purpose: KeyPurpose): ByteArray? = keys[purpose]?.copyOf()

    override fun publicKey(): ByteArray {
        val point = (pair.public as ECPublicKey).w
        return byteArrayOf(4) + bytes(point.affineX) + bytes(point.affineY)
    }

    override fun sign(message: ByteArray): ByteArray = Signature.getInstance("SHA256withECDSAinP1363Format").run {
        initSign(pair.private)
        update(message)
        sign()
    }

    private fun bytes(number: BigInteger): ByteArray {
        val bytes = number.toByteArray().takeLast(SIDE).toByteArray()
        return ByteArray(SIDE - bytes.size) + bytes
    }

    private companion object { const val SIDE = 32 }
}

/** A clock that moves a second each time it is looked at. */
class Ticking(private var millis: Long = County.NOW_MILLIS) : Clock {
    private var looks = 0uL

    override fun now(): Moment {
        millis += 1000
        looks += 1000u
        return Moment(millis, 480, looks)
    }
}

/** A core that answers at once, or, while it is held, when a test lets it. */
class Held : CoroutineDispatcher() {
    private val waiting = ConcurrentLinkedQueue<Runnable>()
    private var holds = false

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        if (holds) waiting += block else block.run()
    }

    fun holds() { holds = true }

    /** Answers the question that was asked first; false where none waits. */
    fun answersOne(): Boolean = waiting.poll()?.run() != null

    /** Answers everything, from now on at once. */
    fun answers() {
        holds = false
        while (answersOne()) Unit
    }
}

/** A phone around the app that gives what a test lays ready. */
class FakeAround(
    val picture: Taken? = Taken(dot(), "image/png"),
    val code: String? = null,
    val place: String? = null,
) : Around {
    val dialled = mutableListOf<String>()
    override fun dial(number: String) { dialled += number }
    override suspend fun photograph() = picture
    override suspend fun sign() = picture
    override suspend fun paper() = picture
    override suspend fun scan() = code
    override suspend fun locate() = place
}

/** The smallest picture there is. */
private fun dot(): ByteArray = ByteArrayOutputStream().also {
    check(ImageIO.write(BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png", it))
}.toByteArray()

/** A phone with the real library, whose calls are done when they are asked: no test waits. */
@OptIn(ExperimentalCoroutinesApi::class)
class Handset(val language: Language = Language.Chinese) : AutoCloseable {
    private val folder: File = Files.createTempDirectory("tanfang-phone").toFile()
    private val here = UnconfinedTestDispatcher()
    val core = Held()
    val scope = TestScope(here)
    val settings = Settings(language)
    val tanfang: Tanfang = Tanfang.open(folder.path, KeysInMemory(), Ticking())
    val phone = Phone(tanfang, core, core, scope)

    /** Enrolled and synced as this worker. */
    fun of(county: County, name: String, role: String, area: String = County.VILLAGE): Handset {
        tanfang.enrol(county.url, county.code(name, role, area))
        check(tanfang.sync().complete)
        return this
    }

    /** Lets the pause after an answer pass. */
    fun pauses() = scope.testScheduler.advanceUntilIdle()

    fun <T> asks(question: (Tanfang) -> T): T = runBlocking { phone.ask(question) }

    override fun close() {
        scope.cancel()
        tanfang.close()
        folder.deleteRecursively()
    }
}

/** What the card of an elder requires, and no more. */
fun elder(name: String, village: String = County.VILLAGE): String = """
    {"name": "$name", "id_doc_type": "99", "no_id_reason": "lost", "sex": "1", "birth_date": "1944-02-29",
     "hukou_division": "$village", "home_division": "$village", "ability_level": "9",
     "living_arr": "with_spouse", "children_n": 2, "children_local_n": 0, "supporter_name": "测试子一",
     "supporter_rel": "son", "supporter_phone": "15400000011", "emergency_name": "测试邻一",
     "emergency_phone": "15400000012", "housing": "safe", "needs": ["meal"], "ext_ylfw_state": "no",
     "registration": [{"from": "2024-04-12"}],
     "category": [{"code": "left_behind", "from": "2024-04-12"}, {"code": "disabled_ability", "from": "2024-04-12"}]}
""".trimIndent()

/** What a worker touches of a visit at home where all is well. */
val ALL_IS_WELL = listOf(
    "mode" to "home", "people[1].met" to "met", "people[1].chk_health" to "good",
    "people[1].chk_mental" to "good", "people[1].chk_living" to "ok",
    "people[1].chk_support" to "fulfilled", "people[1].hazards" to "none", "people[1].actions" to "comfort",
)
