package org.tanfang.ui

import java.io.File
import javax.imageio.ImageIO
import org.junit.Assert.assertEquals
import org.junit.Test

/** Every screen in every state as somebody looked at it and approved it. */
@OptIn(androidx.compose.ui.test.ExperimentalTestApi::class)
class PicturesTest {
    private val bless = System.getProperty("tanfang.bless") == "yes"
    private val drawn = File(requireNotNull(System.getProperty("tanfang.pictures"))).also(File::mkdirs)
    private val approved = File(requireNotNull(System.getProperty("tanfang.root")), "android/ui/approved")

    @Test fun every_state_of_every_screen_looks_as_approved() {
        val altered = mutableListOf<String>()
        for (sample in Sample.all) for (look in Look.entries) {
            val name = "${sample.name}-${look.name.lowercase()}.png"
            onScreen(look, { sample.Draw() }, if (sample.name in WHOLLY) WHOLE else HIGH) {
                val picture = picture()
                ImageIO.write(picture, "png", File(drawn, name))
                if (look == Look.English) return@onScreen
                val (half, kept) = picture.halved() to File(approved, name)
                if (bless) {
                    val was = if (kept.exists()) half.differsFrom(ImageIO.read(kept)) else 1.0
                    // What looks the same is left alone, so that a change shows what altered.
                    if (was > TOLERANCE) ImageIO.write(half, "png", kept.also { it.parentFile.mkdirs() })
                } else {
                    val part = if (kept.exists()) half.differsFrom(ImageIO.read(kept)) else 1.0
                    if (part > TOLERANCE) altered += "$name (${"%.2f".format(100 * part)} %)"
                }
            }
        }
        assertEquals(
            "these look otherwise; see $drawn, and if it is meant: cargo xtask screens",
            emptyList<String>(), altered,
        )
    }

    @Test fun no_picture_is_kept_of_a_state_that_is_gone() {
        val named = Sample.all.flatMap { sample -> Look.entries.map { "${sample.name}-${it.name.lowercase()}.png" } }
        val kept = approved.list().orEmpty().filter { it.endsWith(".png") }
        assertEquals(emptyList<String>(), kept - named.toSet())
    }

    private companion object {
        /** Another version of the font engine moves edges, not letters. */
        const val TOLERANCE = 0.01

        /** Drawn to the end of the list: every type of question, with and without an answer. */
        val WHOLLY = setOf("form-every_type", "form-every_type_answered")
    }
}
