// Yimi is the working system of community social-work stations.
package main

func main() {}
