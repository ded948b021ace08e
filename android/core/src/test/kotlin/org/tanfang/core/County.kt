package org.tanfang.core

import java.io.File
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.nio.file.Files
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread

/** A county's real server, a process of the program that cargo built, for a test. */
class County(private val now: String = NOW) : AutoCloseable {
    private val folder: File = Files.createTempDirectory("tanfang-county").toFile()
    private val program = File(requireNotNull(System.getProperty("tanfang.programs")), "tanfang-server")
    private var serving: Process? = null

    /** Where it answers. */
    val url: String

    init {
        check(program.canExecute()) { "$program is not built: cargo build --workspace --bins" }
        verb("init", "--demo")
        val areas = File(folder, "areas.csv")
        areas.writeText(AREAS)
        verb("areas", "import", areas.path)
        url = serve()
    }

    /** A new worker's enrolment code. */
    fun code(name: String, role: String, area: String = VILLAGE): String =
        text(verb("enrol", "--name", name, "--role", role, "--area", area), "code")

    private fun verb(vararg words: String): String {
        val at = if (words.first() == "init") emptyList() else listOf("--now", now)
        val command = listOf(program.path) + words + listOf("--data", data(), "--json") + at
        val process = ProcessBuilder(command).redirectError(File(folder, "said")).start()
        val told = process.inputStream.bufferedReader().readText()
        check(process.waitFor() == 0) { "${words.toList()}: $told ${File(folder, "said").readText()}" }
        return told
    }

    private fun serve(): String {
        val command = listOf(program.path, "serve", "--listen", "127.0.0.1:0", "--data", data(), "--now", now)
        val process = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start()
        serving = process
        val lines = process.inputStream.bufferedReader()
        val address = generateSequence(lines::readLine).firstNotNullOf { ADDRESS.find(it)?.value }
        // What it says later is read too: a program whose output nobody reads may end.
        thread(isDaemon = true) { lines.forEachLine {} }
        return address
    }

    private fun data() = File(folder, "server").path

    override fun close() {
        serving?.destroyForcibly()?.waitFor()
        folder.deleteRecursively()
    }

    companion object {
        const val NOW = "2024-06-24T08:00:00+08:00"
        const val NOW_MILLIS = 1_719_187_200_000
        const val TODAY = "2024-06-24"
        const val TOWNSHIP = "530999201"
        const val VILLAGE = "530999201201"
        private val ADDRESS = Regex("""http://[0-9.:]+""")
        private const val AREAS = "code,name,level,parent\n" +
            "530999000000,测试县,county,\n530999201000,示例乡,township,530999000000\n" +
            "530999201201,样板村,village,530999201000\n530999201202,示范村,village,530999201000\n"

        private fun text(json: String, name: String) =
            requireNotNull(Regex("\"$name\"\\s*:\\s*\"([^\"]*)\"").find(json)) { "no $name" }.groupValues[1]
    }
}

/** The way to the county, which a test may stop: who calls then is let in and not answered. */
class Gate(county: String) : AutoCloseable {
    private val upstream = URI(county)
    private val door = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    private val open = ConcurrentLinkedQueue<Socket>()

    @Volatile private var stopped = false

    /** Counted down where somebody stands before the stopped gate. */
    val waits = CountDownLatch(1)

    val url = "http://127.0.0.1:${door.localPort}"

    init {
        thread(isDaemon = true) { generateSequence { runCatching(door::accept).getOrNull() }.forEach(::lets) }
    }

    private fun lets(caller: Socket) {
        open += caller
        if (stopped) return waits.countDown()
        val county = Socket(upstream.host, upstream.port).also(open::add)
        for ((from, to) in listOf(caller to county, county to caller)) thread(isDaemon = true) {
            runCatching { from.getInputStream().copyTo(to.getOutputStream()) }
            to.close()
        }
    }

    fun stops() { stopped = true }

    /** Everybody is sent away. */
    override fun close() {
        door.close()
        open.forEach(Socket::close)
    }
}
