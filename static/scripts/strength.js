// Says how hard a new password is to guess, while it is being typed.
{
  const shortest = 6
  const kinds = [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [/[^A-Za-z0-9]/, 25]]

  // a character that repeats the one before it, or follows it in a row such as abc or 321, adds a single bit
  const bits = (password) => {
    const letters = kinds.reduce((sum, [kind, count]) => sum + (kind.test(password) ? count : 0), 0)
    const steps = [...password].map((letter, index) => Math.abs(letter.charCodeAt() - password.charCodeAt(index - 1)))
    return steps.reduce((sum, step) => sum + (step <= 1 ? 1 : Math.log2(letters)), 0)
  }
  const short = (enough) => `Short. Use at least ${enough} characters, or mix letters, digits and signs.`
  const judged = (password, longest, longEnough) => {
    const guessed = bits(password)
    if (password.length < shortest) return [1, `Too short: ${password.length} of at least ${shortest} characters.`]
    if (password.length > longest) return [1, `Too long: ${password.length} of at most ${longest} characters.`]
    if (password.length < longEnough && guessed < 50) return [2, short(longEnough)]
    if (guessed < 40) return [2, "Easy to guess. Make it longer, or mix letters and digits."]
    if (guessed < 65) return [3, "Fair. A longer one is better."]
    return [4, "Hard to guess."]
  }

  for (const place of document.querySelectorAll("[data-strength-of]")) {
    const field = document.getElementById(place.dataset.strengthOf)
    const words = place.querySelector("output")
    const show = () => {
      place.hidden = !field.value
      const [value, sentence] = judged(field.value, Number(place.dataset.longest), Number(place.dataset.longEnough))
      place.dataset.strength = value
      words.textContent = field.value && sentence
    }
    field.addEventListener("input", show)
    show()
  }
}
