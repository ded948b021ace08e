package org.tanfang.core

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class WordsTest {
    private val zh = Words.of(Language.Chinese)
    private val en = Words.of(Language.English)

    @Test fun both_languages_say_everything_with_the_same_blanks() {
        assertEquals(zh.keys, en.keys)
        val blank = Regex("""\{\d}""")
        for (key in zh.keys) {
            val blanks = { words: Words -> blank.findAll(words(key)).map { it.value }.toSet() }
            // A Chinese date names the year, an English one may say it in another place.
            assertEquals(key, blanks(zh), blanks(en))
        }
    }

    @Test fun every_key_that_the_sources_ask_for_is_said_and_every_one_said_is_asked_for() {
        val root = File(requireNotNull(System.getProperty("tanfang.root")), "android")
        val sources = listOf("core", "ui").flatMap { File(root, "$it/src/main").walk().toList() }
        val text = sources.filter { it.extension == "kt" }.joinToString("\n") { it.readText() }
        val asked = Regex("""(?:words|this|TwoOf)\("([a-z_.0-9]+)"""").findAll(text).map { it.groupValues[1] }.toSet()
        assertEquals("asked for and not said", emptySet<String>(), asked.filter { !it.endsWith(".") }.toSet() - zh.keys)
        val unused = zh.keys.filter { key -> key !in text && key.substringBeforeLast('.') + "." !in text }
        assertEquals("said and not asked for", emptyList<String>(), unused)
        assertTrue(Trouble.entries.all { it.key in zh.keys })
    }

    @Test fun days_and_moments_are_said_as_people_say_them() {
        assertEquals("2024年6月24日", zh.day("2024-06-24"))
        assertEquals("24 June 2024", en.day("2024-06-24"))
        assertEquals("6月24日 07:30", zh.moment("2024-06-23T23:30:00Z"))
        assertEquals("24 June, 07:30", en.moment("2024-06-24T07:30:00+08:00"))
        assertEquals("没有这一天", zh.day("没有这一天"))
        assertEquals(listOf("本期已过", "今天是最后一天", "还剩 1 天，明天到期", "还剩 9 天"), listOf(null, 0, 1, 9).map(zh::left))
    }
}
