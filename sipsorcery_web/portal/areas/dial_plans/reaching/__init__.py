"""Plans and lines that can reach an account, a provider or a number: why does this number ring?"""
