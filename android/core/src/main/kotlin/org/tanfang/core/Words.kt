package org.tanfang.core

import java.time.LocalDate
import java.time.OffsetDateTime
import java.time.ZoneOffset
import java.time.format.TextStyle
import java.util.Locale

/** The words of the app's own screens in one language: `shells/strings`, which both platforms use. */
class Words(val language: Language, private val said: Map<String, String>) {
    /** The words of a key, with what stands for {0}, {1}. A key without words is shown as itself. */
    operator fun invoke(key: String, vararg with: Any): String =
        with.foldIndexed(said[key] ?: key) { place, text, value -> text.replace("{$place}", value.toString()) }

    /** Every key that has words. */
    val keys: Set<String> get() = said.keys

    /** A day as people say it, from `2024-06-24`; as given where it is none. */
    fun day(text: String): String = read(text) { LocalDate.parse(it.take(DAY)) }?.let { day ->
        this("day.long", day.year, month(day), day.dayOfMonth)
    } ?: text

    /** A moment by the clock of the field (UTC+8), from RFC 3339; as given where it is none. */
    fun moment(text: String): String = read(text) { OffsetDateTime.parse(it) }?.let { at ->
        val here = at.withOffsetSameInstant(ZoneOffset.ofHours(8))
        val day = this("day.short", month(here.toLocalDate()), here.dayOfMonth)
        this("moment", day, "%02d:%02d".format(Locale.ROOT, here.hour, here.minute))
    } ?: text

    /** A moment in milliseconds since 1970. */
    fun moment(millis: Long): String =
        moment(java.time.Instant.ofEpochMilli(millis).atOffset(ZoneOffset.ofHours(8)).toString())

    /** How long is left, in words. */
    fun left(days: Int?): String = when {
        days == null || days < 0 -> this("left.over")
        days == 0 -> this("left.today")
        days == 1 -> this("left.tomorrow")
        else -> this("left.days", days)
    }

    private fun month(day: LocalDate): String = when (language) {
        Language.Chinese -> day.monthValue.toString()
        Language.English -> day.month.getDisplayName(TextStyle.FULL, Locale.ENGLISH)
    }

    private fun <T> read(text: String, reading: (String) -> T): T? = runCatching { reading(text) }.getOrNull()

    companion object {
        private const val DAY = 10

        /** The words of a language, from the library's own resources. */
        fun of(language: Language): Words {
            val path = "/shells/strings/${language.code}.properties"
            val stream = requireNotNull(Words::class.java.getResourceAsStream(path)) { "no $path in this build" }
            return Words(language, stream.bufferedReader(Charsets.UTF_8).useLines { read(it) })
        }

        /** `key = words`, one a line; `#` begins a remark. */
        fun read(lines: Sequence<String>): Map<String, String> = lines
            .filter { it.isNotBlank() && !it.startsWith("#") }
            .mapNotNull { line -> line.split(" = ", limit = 2).takeIf { it.size == 2 } }
            .associate { (key, words) -> key.trim() to words }
    }
}
