package org.tanfang.core

import java.io.File
import java.nio.file.Files
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
